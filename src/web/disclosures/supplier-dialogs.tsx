import { useState } from 'react'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import { SUPPLIER_TYPES, type Supplier } from './contract.ts'
import { COUNTRIES, countryName } from './countries.ts'
import { words } from './supplier-words.ts'

interface DialogProps {
  readonly onDone: () => void
  readonly onClose: () => void
}

const EMPTY = {
  ...{ legalName: '', country: 'NL', type: 'processor', agreementRef: '', validFrom: '', validUntil: '' },
  ...{ purposes: '', products: '', subPrefix: '', contactMail: '' },
}

type SupplierDraft = typeof EMPTY

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)

const bodyOf = (draft: SupplierDraft) => ({
  ...draft,
  purposes: listOf(draft.purposes),
  products: draft.type === 'partner' ? listOf(draft.products) : [],
  subPrefix: draft.subPrefix.trim() || null,
  contactMail: draft.contactMail.trim() || null,
})

const REFRESHED = ['/v1/suppliers'] as const

export function AddSupplierDialog({ onDone, onClose }: DialogProps) {
  const w = useWords(words)
  const [draft, setDraft] = useState(EMPTY)
  const set = (change: Partial<SupplierDraft>) => setDraft({ ...draft, ...change })
  return (
    <ActDialog
      title={w.add}
      effect={<p>{w.addEffect}</p>}
      act={w.add}
      sending={() => ({ path: '/v1/suppliers', body: bodyOf(draft) })}
      refreshed={REFRESHED}
      onDone={onDone}
      onClose={onClose}
    >
      <WhoFields draft={draft} set={set} />
      <AgreementFields draft={draft} set={set} />
    </ActDialog>
  )
}

interface PartProps {
  readonly draft: SupplierDraft
  readonly set: (change: Partial<SupplierDraft>) => void
}

function WhoFields({ draft, set }: PartProps) {
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
        value={draft.country}
        onValue={(country) => set({ country })}
        choices={COUNTRIES.map((value) => ({ value, label: countryName(value, language) }))}
      />
      <SelectField
        label={w.typeLabel}
        value={draft.type}
        onValue={(type) => set({ type })}
        choices={SUPPLIER_TYPES.map((value) => ({ value, label: w.type[value] ?? value }))}
      />
      <TextField
        type="email"
        label={w.mail}
        maxLength={254}
        autoComplete="off"
        value={draft.contactMail}
        onValue={(contactMail) => set({ contactMail })}
      />
      <TextField
        label={w.prefix}
        hint={w.prefixHint}
        minLength={3}
        maxLength={60}
        autoComplete="off"
        value={draft.subPrefix}
        onValue={(subPrefix) => set({ subPrefix })}
      />
    </>
  )
}

function AgreementFields({ draft, set, fromHint }: PartProps & { readonly fromHint?: string }) {
  const w = useWords(words)
  return (
    <>
      <TextField
        label={w.agreementRef}
        required
        maxLength={200}
        value={draft.agreementRef}
        onValue={(agreementRef) => set({ agreementRef })}
      />
      <TextField
        type="date"
        label={w.from}
        hint={fromHint}
        required
        value={draft.validFrom}
        onValue={(validFrom) => set({ validFrom })}
      />
      <TextField
        type="date"
        label={w.until}
        hint={w.untilHint}
        required
        min={draft.validFrom}
        value={draft.validUntil}
        onValue={(validUntil) => set({ validUntil })}
      />
      <TextField
        label={w.purposes}
        hint={w.purposesHint}
        required
        maxLength={500}
        value={draft.purposes}
        onValue={(purposes) => set({ purposes })}
      />
      {draft.type === 'partner' && (
        <TextField
          label={w.products}
          hint={w.productsHint}
          required
          maxLength={500}
          value={draft.products}
          onValue={(products) => set({ products })}
        />
      )}
    </>
  )
}

/** What is registered, as the form has it. */
const draftOf = ({ purposes, products, subPrefix, contactMail, ...supplier }: Supplier): SupplierDraft => ({
  ...{ legalName: supplier.legalName, country: supplier.country, type: supplier.type },
  ...{ agreementRef: supplier.agreementRef, validFrom: supplier.validFrom, validUntil: supplier.validUntil },
  ...{ purposes: purposes.join(', '), products: products.join(', ') },
  ...{ subPrefix: subPrefix ?? '', contactMail: contactMail ?? '' },
})

type OfOneProps = DialogProps & { readonly supplier: Supplier }

/** Another agreement, or the same one for longer; who it is with stays. */
export function RenewSupplierDialog({ supplier, onDone, onClose }: OfOneProps) {
  const w = useWords(words)
  const [draft, setDraft] = useState({ ...draftOf(supplier), validUntil: '' })
  const { legalName, validUntil } = supplier
  const language = useLanguage()
  return (
    <ActDialog
      title={w.renewTitle}
      effect={<p>{w.renewEffect(legalName, calendarDay(validUntil, language))}</p>}
      act={w.renew}
      sending={() => ({ path: `/v1/suppliers/${supplier.id}`, method: 'PUT', body: bodyOf(draft) })}
      refreshed={REFRESHED}
      onDone={onDone}
      onClose={onClose}
    >
      <AgreementFields
        draft={draft}
        set={(change) => setDraft({ ...draft, ...change })}
        fromHint={w.renewFromHint}
      />
    </ActDialog>
  )
}

/** The agreement gets another last day; all else that is registered stays. */
export function EndSupplierDialog({ supplier, onDone, onClose }: OfOneProps) {
  const w = useWords(words)
  const [validUntil, setValidUntil] = useState('')
  return (
    <ActDialog
      title={w.endTitle}
      effect={<p>{w.endEffect(supplier.legalName)}</p>}
      act={w.end}
      sending={() => ({
        path: `/v1/suppliers/${supplier.id}`,
        method: 'PUT',
        body: bodyOf({ ...draftOf(supplier), validUntil }),
      })}
      refreshed={REFRESHED}
      onDone={onDone}
      onClose={onClose}
    >
      <TextField
        type="date"
        label={w.until}
        hint={w.untilHint}
        required
        min={supplier.validFrom}
        value={validUntil}
        onValue={setValidUntil}
      />
    </ActDialog>
  )
}
