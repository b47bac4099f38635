import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Access } from '../api/contract.ts'
import { ApiProblem } from '../api/request.ts'
import { usePages } from '../api/use-api.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { AccessMoment, AccessPart, AccessWho, AccessWhy } from '../listening/access-cells.tsx'
import { words as listeningWords } from '../listening/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import type { PrivacyRequest } from './contract.ts'
import { pageWords } from './page-words.ts'

/** A line of the answer to who listened, over all calls. */
export interface RequestAccess extends Access {
  readonly recordingId: string
  readonly callStartedAt: string | null
}

interface ListenedProps {
  readonly request: PrivacyRequest
  readonly intro: string
  readonly columns: readonly Column<RequestAccess>[]
}

/** The answer to who listened, once it is granted: one list over all calls. */
export function Listened(props: ListenedProps) {
  const { types, counts } = props.request
  return types.includes('audit_view') && counts.executed + counts.waiting > 0 ? <Lines {...props} /> : null
}

function Lines({ request: { id }, intro, columns }: ListenedProps) {
  const { listened: w } = useWords(pageWords)
  const lines = usePages<RequestAccess>(`/v1/privacy-requests/${id}/accesses?limit=50`)
  // Something else of the request was granted, and this was not.
  if (lines.error instanceof ApiProblem && lines.error.code === 'not_open') return null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{intro}</p>
      <Loaded query={lines}>
        {({ pages }) => (
          <>
            <DataTable
              caption={w.heading}
              hideCaption
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ id: line, recordingId, firstAt, action, task, recipient }) =>
                line ?? [recordingId, firstAt, action, task, recipient].join(' ')
              }
              empty={w.empty}
              columns={columns}
            />
            <MoreRows list={lines} />
          </>
        )}
      </Loaded>
    </section>
  )
}

/** The same for the member: by role and purpose, with the way to each call and to ask for a name. */
export function ListenedSection({ request }: { readonly request: PrivacyRequest }) {
  const { listened: w } = useWords(pageWords)
  const { heard: names } = useWords(listeningWords)
  return (
    <Listened
      request={request}
      intro={w.intro}
      columns={[
        { key: 'when', label: names.when, cell: (access) => <AccessMoment access={access} /> },
        { key: 'call', label: w.call, cell: (access) => <CallLink access={access} to="/gesprekken" /> },
        {
          key: 'who',
          label: names.who,
          cell: (access) => <AccessWho access={access} path={pathOf(access)} />,
        },
        { key: 'why', label: names.why, cell: why },
        { key: 'what', label: names.what, cell: (access) => <AccessPart access={access} /> },
      ]}
    />
  )
}

const pathOf = ({ recordingId }: RequestAccess): string => `/v1/recordings/${recordingId}/accesses`

/** What members do with their own calls, and what no one does, is for no purpose. */
const why = (access: RequestAccess): ReactNode =>
  access.byYou || access.action === 'automatic' ? '–' : <AccessWhy access={access} />

interface CallLinkProps {
  readonly access: RequestAccess
  /** The pages of calls for whoever looks. */
  readonly to: string
}

export function CallLink({ access: { recordingId, callStartedAt }, to }: CallLinkProps) {
  const { listened: w } = useWords(pageWords)
  const language = useLanguage()
  return (
    <Link to={`${to}/${recordingId}`}>
      {callStartedAt ? w.callOf(fullDay(callStartedAt, language)) : w.call}
    </Link>
  )
}
