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
import { AddSupplierDialog, EndSupplierDialog, RenewSupplierDialog } from './supplier-dialogs.tsx'
import { words } from './supplier-words.ts'

/** Who works for the organisation or with it, and until when the agreement runs. */
export function Component() {
  const w = useWords(words)
  const mayChange = useMe().data?.roles.includes('privacy_officer') ?? false
  const suppliers = useGet<SupplierList>('/v1/suppliers')
  const [asked, setAsked] = useState<Asked | null>(null)
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
        {({ items }) => <Register rows={items} onAct={mayChange ? setAsked : undefined} />}
      </Loaded>
      {asked === 'new' && <AddSupplierDialog onDone={() => done(w.added)} onClose={close} />}
      {asked !== null && asked !== 'new' && <ActOn asked={asked} onDone={done} onClose={close} />}
    </div>
  )
}

/** What somebody wants to do with an agreement. */
interface AskedOfOne {
  readonly act: 'renew' | 'end'
  readonly supplier: Supplier
}

type Asked = 'new' | AskedOfOne

interface ActOnProps {
  readonly asked: AskedOfOne
  readonly onDone: (text: string) => void
  readonly onClose: () => void
}

function ActOn({ asked: { act, supplier }, onDone, onClose }: ActOnProps) {
  const w = useWords(words)
  const of = { supplier, onClose }
  return act === 'renew' ? (
    <RenewSupplierDialog {...of} onDone={() => onDone(w.renewed)} />
  ) : (
    <EndSupplierDialog {...of} onDone={() => onDone(w.ended)} />
  )
}

interface RegisterProps {
  readonly rows: readonly Supplier[]
  readonly onAct: ((asked: AskedOfOne) => void) | undefined
}

function Register({ rows, onAct }: RegisterProps) {
  const w = useWords(words)
  return (
    <DataTable
      caption={w.title}
      hideCaption
      rows={rows}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={[...useColumns(), ...(onAct ? [{ key: 'act', label: w.act, cell: actCell(onAct) }] : [])]}
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

const actCell = (onAct: (asked: AskedOfOne) => void) => (supplier: Supplier) => (
  <Acts supplier={supplier} onAct={(act) => onAct({ act, supplier })} />
)

interface ActsProps {
  readonly supplier: Supplier
  readonly onAct: (act: AskedOfOne['act']) => void
}

/** An agreement that is over can be renewed too; there is nothing left of it to end. */
function Acts({ supplier: { legalName, inForce }, onAct }: ActsProps) {
  const w = useWords(words)
  return (
    <div className="acts">
      <button
        className="button"
        type="button"
        aria-label={w.renewOf(legalName)}
        onClick={() => onAct('renew')}
      >
        {w.renew}
      </button>
      {inForce && (
        <button className="button" type="button" aria-label={w.endOf(legalName)} onClick={() => onAct('end')}>
          {w.end}
        </button>
      )}
    </div>
  )
}
