import { useWords } from '../i18n/words.ts'
import { CheckField, TextField } from '../ui/field.tsx'
import type { Transfer } from './new-request.ts'
import { pageWords } from './page-words.ts'

interface TransferFieldsProps {
  readonly transfer: Transfer | null
  readonly onChange: (transfer: Transfer | null) => void
}

/** Where data go directly, if the member wants that (Art. 20(2) GDPR). */
export function TransferFields({ transfer, onChange }: TransferFieldsProps) {
  const { form: w } = useWords(pageWords)
  return (
    <div className="question-group">
      <CheckField
        label={w.direct}
        hint={w.directHint}
        checked={transfer !== null}
        onValue={(isWanted) => onChange(isWanted ? { name: '', address: '' } : null)}
      />
      {transfer && (
        <>
          <TextField
            label={w.controller}
            required
            maxLength={200}
            value={transfer.name}
            onValue={(name) => onChange({ ...transfer, name })}
          />
          <TextField
            type="url"
            inputMode="url"
            label={w.address}
            hint={w.addressHint}
            required
            maxLength={500}
            value={transfer.address}
            onValue={(address) => onChange({ ...transfer, address })}
          />
        </>
      )}
    </div>
  )
}
