import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Inclusion, LogEvent } from './contract.ts'
import { eventName } from './event-names.ts'
import { isProven, readCheckpoint } from './inclusion.ts'
import { Who } from './who.tsx'
import { words } from './words.ts'

interface EventDialogProps {
  readonly event: LogEvent
  readonly onClose: () => void
}

/** One event with all that is noted of it, and whether it is in the sealed log. */
export function EventDialog({ event, onClose }: EventDialogProps) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <Dialog title={eventName(event.type, language)} onClose={onClose}>
      <div className="stack">
        <dl className="facts">
          <Fact name={w.when}>
            {fullDay(event.at, language)}, {clock(event.at, language)}
          </Fact>
          <Fact name={w.who}>
            <Who event={event} />
          </Fact>
          {event.recordingId && (
            <Fact name={w.recording}>
              <RecordingLink id={event.recordingId} />
            </Fact>
          )}
          <Fact name={w.type}>
            <code>{event.type}</code>
          </Fact>
          {event.code && (
            <Fact name={w.refusal}>
              <code>{event.code}</code>
            </Fact>
          )}
          {Object.entries(event.detail).map(([name, value]) => (
            <Fact key={name} name={<code>{name}</code>}>
              <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
            </Fact>
          ))}
        </dl>
        <Proof event={event} />
      </div>
    </Dialog>
  )
}

function Fact({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function RecordingLink({ id }: { readonly id: string }) {
  const roles = useMe().data?.roles ?? []
  return roles.includes('privacy_officer') ? (
    <Link to={`/opnamen/${id}`}>
      <code>{id}</code>
    </Link>
  ) : (
    <code>{id}</code>
  )
}

/** Asks for the proof, and checks it here rather than believing it. */
function Proof({ event }: { readonly event: LogEvent }) {
  const { proof: w } = useWords(words)
  const inclusion = useGet<Inclusion>(`/v1/audit/proof?event=${event.id}`)
  return (
    <>
      <h3>{w.heading}</h3>
      <Loaded query={inclusion}>{(found) => <Checked event={event} inclusion={found} />}</Loaded>
    </>
  )
}

function Checked({ event, inclusion }: { readonly event: LogEvent; readonly inclusion: Inclusion }) {
  const { proof: w } = useWords(words)
  const checked = useQuery({
    queryKey: ['inclusion', event.id, inclusion.checkpoint],
    queryFn: () => isProven(event.id, inclusion),
    retry: false,
  })
  const size = readCheckpoint(inclusion.checkpoint)?.size ?? 0
  if (checked.isPending) return <p role="status">{w.checking}</p>
  if (checked.isError) return <p role="status">{w.unsupported}</p>
  return (
    <>
      <p role="status" className={checked.data ? 'notice notice--good' : 'notice notice--alert'}>
        {checked.data ? w.proven(inclusion.seq, size) : w.unproven}
      </p>
      <details>
        <summary>{w.entry}</summary>
        <p>
          <code>{inclusion.entry}</code>
        </p>
      </details>
    </>
  )
}
