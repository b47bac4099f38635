import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { request } from '../api/request.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import type { Disclosure, DisclosurePage } from './contract.ts'
import { RecipientNotices } from './recipient-notices.tsx'
import { words } from './words.ts'

const STATES = ['requested', 'approved', 'sent', 'revoked']

/** The register of what was, or is to be, given to others. */
export function Component() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const [address, setAddress] = useSearchParams()
  const state = STATES.find((one) => one === address.get('stand')) ?? ''
  const mayAsk = roles.includes('privacy_officer') || roles.includes('fraud_analyst')
  const seesNotices = roles.includes('privacy_officer') || roles.includes('auditor')
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      {mayAsk && (
        <p>
          <Link className="button button--main" to="/verstrekkingen/nieuw">
            {w.ask}
          </Link>
        </p>
      )}
      <div className="form">
        <SelectField
          label={w.show}
          value={state}
          onValue={(stand) => setAddress(stand ? { stand } : {}, { replace: true })}
          choices={[
            { value: '', label: w.all },
            ...STATES.map((value) => ({ value, label: w.state[value] ?? value })),
          ]}
        />
      </div>
      <Register state={state} />
      {seesNotices && <RecipientNotices mayReply={roles.includes('privacy_officer')} />}
    </div>
  )
}

function Register({ state }: { readonly state: string }) {
  const list = useInfiniteQuery({
    queryKey: ['get', '/v1/disclosures', state],
    queryFn: ({ pageParam, signal }) =>
      request<DisclosurePage>(`/v1/disclosures?${queryOf(state, pageParam)}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
  return (
    <>
      <Loaded query={list}>{({ pages }) => <Rows rows={pages.flatMap(({ items }) => items)} />}</Loaded>
      <MoreRows list={list} />
    </>
  )
}

function queryOf(state: string, cursor: string): URLSearchParams {
  const query = new URLSearchParams({ limit: '100' })
  if (state) query.set('state', state)
  if (cursor) query.set('cursor', cursor)
  return query
}

function Rows({ rows }: { readonly rows: readonly Disclosure[] }) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <DataTable
      caption={w.title}
      hideCaption
      rows={rows}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={[
        {
          key: 'recipient',
          label: w.recipient,
          cell: ({ id, recipient }) => <Link to={`/verstrekkingen/${id}`}>{recipient.legalName}</Link>,
        },
        { key: 'purpose', label: w.purpose, cell: ({ purpose }) => purpose },
        { key: 'asked', label: w.askedOn, cell: ({ asked }) => fullDay(asked.at, language) },
        {
          key: 'return',
          label: w.returnBy,
          cell: ({ returnBy }) => (returnBy ? calendarDay(returnBy, language) : '–'),
        },
        { key: 'state', label: w.stateLabel, cell: (disclosure) => <DisclosureState of={disclosure} /> },
      ]}
    />
  )
}

export function DisclosureState({ of: { state } }: { readonly of: Disclosure }) {
  const w = useWords(words)
  return (
    <span className={state === 'requested' ? 'state state--alert' : 'state'}>{w.state[state] ?? state}</span>
  )
}
