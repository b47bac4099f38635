import type { Me } from '../api/contract.ts'
import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { words } from './words.ts'

/** What somebody listens for. */
export interface Declaration {
  readonly purpose: string
  readonly caseRef: string
}

/** Where there is one purpose only it is chosen already. */
export const undeclared = ({ listensFor }: Pick<Me, 'listensFor'>): Declaration => ({
  purpose: listensFor.length === 1 ? (listensFor[0] ?? '') : '',
  caseRef: '',
})

interface DeclarationFieldsProps {
  readonly me: Pick<Me, 'listensFor'>
  readonly declaration: Declaration
  readonly onDeclare: (declaration: Declaration) => void
}

/** The purposes of the listener's roles, and the case. */
export function DeclarationFields({ me, declaration, onDeclare }: DeclarationFieldsProps) {
  const w = useWords(words)
  const name = useNames()
  return (
    <>
      <SelectField
        label={w.purpose}
        required
        choices={[
          { value: '', label: w.choosePurpose },
          ...me.listensFor.map((value) => ({ value, label: name('purpose', value) })),
        ]}
        value={declaration.purpose}
        onValue={(purpose) => onDeclare({ ...declaration, purpose })}
      />
      <TextField
        label={w.caseRef}
        hint={w.caseHint}
        required
        maxLength={100}
        value={declaration.caseRef}
        onValue={(caseRef) => onDeclare({ ...declaration, caseRef })}
      />
    </>
  )
}
