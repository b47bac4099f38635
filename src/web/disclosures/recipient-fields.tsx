import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './ask-words.ts'
import { RECIPIENTS, type SupplierList } from './contract.ts'
import { COUNTRIES, countryName } from './countries.ts'
import { type Draft, isFromRegister } from './draft.ts'
import { words as shared } from './words.ts'

export interface PartProps {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
}

export function RecipientFields({ draft, set }: PartProps) {
  const w = useWords(words)
  const { type: names } = useWords(shared)
  // The register of suppliers is not for analysts to read; what they ask for goes to authorities and institutions.
  const isOfficer = useMe().data?.roles.includes('privacy_officer') ?? false
  const types = RECIPIENTS.filter((type) => isOfficer || !isFromRegister(type))
  return (
    <section className="panel">
      <h2>{w.who}</h2>
      <div className="form">
        <SelectField
          label={w.type}
          value={draft.type}
          onValue={(type) => set({ type, supplierId: '' })}
          choices={types.map((value) => ({ value, label: names[value] ?? value }))}
        />
        {isFromRegister(draft.type) ? (
          <FromRegister draft={draft} set={set} />
        ) : (
          <Named draft={draft} set={set} />
        )}
      </div>
    </section>
  )
}

function FromRegister({ draft, set }: PartProps) {
  const w = useWords(words)
  const suppliers = useGet<SupplierList>('/v1/suppliers')
  return (
    <Loaded query={suppliers}>
      {({ items }) => {
        const fit = items.filter(({ type, inForce }) => type === draft.type && inForce)
        return (
          <SelectField
            label={w.supplier}
            hint={fit.length === 0 ? w.noSupplier : undefined}
            required
            value={draft.supplierId}
            onValue={(supplierId) => set({ supplierId })}
            choices={[
              { value: '', label: w.chooseSupplier },
              ...fit.map(({ id, legalName }) => ({ value: id, label: legalName })),
            ]}
          />
        )
      }}
    </Loaded>
  )
}

function Named({ draft, set }: PartProps) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <>
      <TextField
        label={w.legalName}
        required
        maxLength={200}
        autoComplete="off"
        value={draft.legalName}
        onValue={(legalName) => set({ legalName })}
      />
      <SelectField
        label={w.country}
        hint={w.countryHint}
        value={draft.country}
        onValue={(country) => set({ country })}
        choices={COUNTRIES.map((value) => ({ value, label: countryName(value, language) }))}
      />
      <TextField
        type="email"
        label={w.mail}
        hint={w.mailHint}
        maxLength={254}
        autoComplete="off"
        value={draft.contactMail}
        onValue={(contactMail) => set({ contactMail })}
      />
    </>
  )
}
