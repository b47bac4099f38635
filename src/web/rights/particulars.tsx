import { useWords } from '../i18n/words.ts'
import { TextArea, TextField } from '../ui/field.tsx'
import type { RequestType } from './contract.ts'
import { type Asked, isDelivered } from './new-request.ts'
import { pageWords } from './page-words.ts'
import { TransferFields } from './transfer-fields.tsx'

interface ParticularsProps {
  readonly asked: Asked
  readonly onChange: (part: Partial<Asked>) => void
}

/** What only some rights need to know, and what the member wants to add. */
export function Particulars({ asked, onChange }: ParticularsProps) {
  const { form: w } = useWords(pageWords)
  const asks = (type: RequestType) => asked.types.includes(type)
  return (
    <>
      {asks('human_review') && (
        <TextField
          label={w.decisionRef}
          hint={w.decisionHint}
          maxLength={200}
          value={asked.decisionRef}
          onValue={(decisionRef) => onChange({ decisionRef })}
        />
      )}
      {asks('portability') && (
        <TransferFields transfer={asked.transfer} onChange={(transfer) => onChange({ transfer })} />
      )}
      {asks('erasure') && isDelivered(asked.types) && (
        <TextField
          type="date"
          label={w.eraseBy}
          hint={w.eraseByHint}
          value={asked.eraseBy}
          onValue={(eraseBy) => onChange({ eraseBy })}
        />
      )}
      <TextArea
        label={w.message}
        hint={w.messageHint}
        maxLength={4000}
        rows={4}
        value={asked.message}
        onValue={(message) => onChange({ message })}
      />
    </>
  )
}
