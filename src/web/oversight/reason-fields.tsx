import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import type { Declared } from './contract.ts'
import { words } from './words.ts'

/** The service refuses these without the number of a file. */
const WITH_FILE: readonly string[] = [
  'privacy_request',
  'complaint',
  'claim',
  'litigation',
  'regulator',
  'incident',
]

interface ReasonFieldsProps {
  readonly declared: Declared
  readonly onDeclared: (declared: Declared) => void
}

/** For what somebody is looked up. */
export function ReasonFields({ declared, onDeclared }: ReasonFieldsProps) {
  const w = useWords(words)
  return (
    <>
      <SelectField
        label={w.because}
        hint={w.reasonHint}
        required
        value={declared.reason}
        onValue={(reason) => onDeclared({ ...declared, reason })}
        choices={[
          { value: '', label: w.choose },
          ...Object.entries(w.reasons).map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextField
        label={w.caseRef}
        hint={w.caseRefHint}
        value={declared.caseRef}
        maxLength={100}
        required={WITH_FILE.includes(declared.reason)}
        onValue={(caseRef) => onDeclared({ ...declared, caseRef })}
      />
    </>
  )
}

/** As the API takes it in an address: a code and the number of a file, nothing of anybody. */
export const declaredQuery = ({ reason, caseRef }: Declared): string =>
  reason === '' ? '' : `?${new URLSearchParams({ reason, ...(caseRef === '' ? {} : { caseRef }) })}`
