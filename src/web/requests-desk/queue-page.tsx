import { Link, useSearchParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ASKABLE, type RequestPage, type RequestSummary } from '../rights/contract.ts'
import { requestWords } from '../rights/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './words.ts'

const SHOWN = ['open', 'overdue', 'all'] as const
type Shown = (typeof SHOWN)[number]
const REFRESH_MS = 60_000

/** The requests that wait for an answer: all of the entities for officers, what they filed for agents. */
export function Component() {
  const w = useWords(words)
  const isOfficer = useMe().data?.roles.includes('privacy_officer') ?? false
  const [address] = useSearchParams()
  const shown = SHOWN.find((one) => one === address.get('tonen')) ?? (isOfficer ? 'open' : 'all')
  const type = address.get('recht') ?? ''
  const requests = useGet<RequestPage>(`/v1/privacy-requests?${queryOf(shown, type)}`, {
    refreshMs: REFRESH_MS,
  })
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{isOfficer ? w.lead : w.agentLead}</p>
      <p>
        <Link className="button button--main" to="/privacyverzoeken/nieuw">
          {w.file}
        </Link>
      </p>
      <Filters shown={shown} type={type} />
      <Loaded query={requests}>{(page) => <Queue page={page} />}</Loaded>
    </div>
  )
}

function queryOf(shown: Shown, type: string): URLSearchParams {
  const query = new URLSearchParams({ limit: '200' })
  if (shown === 'open') query.set('open', 'true')
  if (shown === 'overdue') query.set('overdue', 'true')
  if (type) query.set('type', type)
  return query
}

function Filters({ shown, type }: { readonly shown: Shown; readonly type: string }) {
  const w = useWords(words)
  const { type: names } = useWords(requestWords)
  const [, setAddress] = useSearchParams()
  const choose = (field: string, value: string) =>
    setAddress(
      (address) => {
        if (value) address.set(field, value)
        else address.delete(field)
        return address
      },
      { replace: true, preventScrollReset: true },
    )
  return (
    <search className="form">
      <SelectField
        label={w.show}
        value={shown}
        onValue={(value) => choose('tonen', value)}
        choices={SHOWN.map((value) => ({ value, label: w.filter[value] }))}
      />
      <SelectField
        label={w.type}
        value={type}
        onValue={(value) => choose('recht', value)}
        choices={[
          { value: '', label: w.anyType },
          ...ASKABLE.map((value) => ({ value, label: names[value] })),
        ]}
      />
    </search>
  )
}

function Queue({ page: { items, nextCursor } }: { readonly page: RequestPage }) {
  const w = useWords(words)
  return (
    <>
      <DataTable
        caption={w.caption}
        hideCaption
        columns={useColumns()}
        rows={items}
        rowKey={({ id }) => id}
        empty={w.none}
      />
      {nextCursor && <p className="field__hint">{w.more}</p>}
    </>
  )
}

function useColumns(): Column<RequestSummary>[] {
  const w = useWords(words)
  const names = useWords(requestWords)
  const language = useLanguage()
  const { columns } = w
  return [
    {
      key: 'what',
      label: columns.what,
      cell: ({ id, types }) => (
        <Link to={`/privacyverzoeken/${id}`}>{types.map((type) => names.type[type]).join(', ')}</Link>
      ),
    },
    { key: 'member', label: columns.member, cell: ({ memberRef }) => memberRef },
    { key: 'received', label: columns.received, cell: ({ receivedAt }) => fullDay(receivedAt, language) },
    { key: 'deadline', label: columns.deadline, cell: (request) => <Deadline request={request} /> },
    { key: 'state', label: columns.state, cell: ({ state }) => w.state[state] },
    { key: 'by', label: columns.by, cell: ({ takenUpBy }) => takenUpBy ?? w.nobody },
    {
      key: 'left',
      label: columns.left,
      isNumber: true,
      cell: ({ counts }) => counts.open + counts.proposed,
    },
  ]
}

function Deadline({ request: { clocks, state } }: { readonly request: RequestSummary }) {
  const w = useWords(words)
  const names = useWords(requestWords)
  const language = useLanguage()
  const day = calendarDay(clocks.deadline, language)
  if (!['received', 'identity_check', 'in_review', 'extended'].includes(state)) return day
  const days = names.daysLeft(Math.abs(clocks.daysLeft))
  const left = clocks.daysLeft === 0 ? w.today : w.left(days)
  return (
    <>
      {day}{' '}
      <strong className={clocks.isOverdue ? 'late' : undefined}>
        {clocks.isOverdue ? w.late(days) : left}
      </strong>
    </>
  )
}
