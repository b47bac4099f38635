import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { Supplier, SupplierList } from './contract.ts'
import { countryName } from './countries.ts'
import { AddSupplierDialog, EndSupplierDialog } from './supplier-dialogs.tsx'
import { words } from './supplier-words.ts'

/** Who works for the organisation or with it, and until when the agreement runs. */
export function Component() {
  const w = useWords(words)
  const mayChange = useMe().data?.roles.includes('privacy_officer') ?? false
  const suppliers = useGet<SupplierList>('/v1/suppliers')
  const [asked, setAsked] = useState<'new' | Supplier | null>(null)
  const [told, tell] = useNews()
  const close = () => setAsked(null)
  const done = (text: string) => {
    close()
    tell(text)
  }
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <News told={told} />
      {mayChange && (
        <p className="acts">
          <button className="button button--main" type="button" onClick={() => setAsked('new')}>
            {w.add}
          </button>
        </p>
      )}
      <Loaded query={suppliers}>
        {({ items }) => <Register rows={items} onEnd={mayChange ? setAsked : undefined} />}
      </Loaded>
      {asked === 'new' && <AddSupplierDialog onDone={() => done(w.added)} onClose={close} />}
      {asked !== null && asked !== 'new' && (
        <EndSupplierDialog supplier={asked} onDone={() => done(w.ended)} onClose={close} />
      )}
    </div>
  )
}

interface RegisterProps {
  readonly rows: readonly Supplier[]
  readonly onEnd: ((supplier: Supplier) => void) | undefined
}

function Register({ rows, onEnd }: RegisterProps) {
  const w = useWords(words)
  return (
    <DataTable
      caption={w.title}
      hideCaption
      rows={rows}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={[...useColumns(), ...(onEnd ? [{ key: 'act', label: w.act, cell: endCell(w, onEnd) }] : [])]}
    />
  )
}

function useColumns(): Column<Supplier>[] {
  const w = useWords(words)
  const language = useLanguage()
  return [
    {
      key: 'name',
      label: w.name,
      cell: ({ legalName, country }) => `${legalName}, ${countryName(country, language)}`,
    },
    { key: 'type', label: w.typeLabel, cell: ({ type }) => w.type[type] ?? type },
    { key: 'purposes', label: w.purposes, cell: ({ purposes }) => purposes.join(', ') },
    {
      key: 'agreement',
      label: w.agreement,
      cell: ({ agreementRef, validFrom, validUntil }) => (
        <>
          {agreementRef}, {w.period(calendarDay(validFrom, language), calendarDay(validUntil, language))}
        </>
      ),
    },
    { key: 'state', label: w.stateLabel, cell: (supplier) => <AgreementState of={supplier} /> },
  ]
}

function AgreementState({ of: { inForce, validFrom } }: { readonly of: Supplier }) {
  const w = useWords(words)
  if (inForce) return <span className="state">{w.inForce}</span>
  // Days are compared as days: both are written `YYYY-MM-DD`.
  const isLater = validFrom > new Date().toISOString().slice(0, 10)
  return isLater ? (
    <span className="state">{w.later}</span>
  ) : (
    <span className="state state--alert">{w.over}</span>
  )
}

const endCell = (w: (typeof words)['nl'], onEnd: (supplier: Supplier) => void) => (supplier: Supplier) =>
  supplier.inForce ? (
    <button
      className="button"
      type="button"
      aria-label={w.endOf(supplier.legalName)}
      onClick={() => onEnd(supplier)}
    >
      {w.end}
    </button>
  ) : (
    '–'
  )
