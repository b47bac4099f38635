import { useState } from 'react'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import type { SectionProps } from './recording-page.tsx'
import { words } from './recording-words.ts'
import { RectifyDialog } from './rectify-dialog.tsx'

/** What the recording says of its call, and the way to set it right. */
export function FactsSection(props: SectionProps) {
  const { recording, custody, mayDecide, onDone } = props
  const w = useWords(words)
  const language = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const corrected = [
    ...new Set(
      custody.corrections.map(
        ({ field, correctedAt }) => `${field} (${calendarDay(correctedAt.slice(0, 10), language)})`,
      ),
    ),
  ]
  return (
    <section className="panel" aria-label={w.facts.label}>
      <Facts recording={recording} />
      {corrected.length > 0 && <p className="field__hint">{w.corrections(corrected.join(', '))}</p>}
      {mayDecide && (
        <p className="acts">
          <button className="button" type="button" onClick={() => setOpen(true)}>
            {w.rectify.open}
          </button>
        </p>
      )}
      {isOpen && (
        <RectifyDialog
          recording={recording}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false)
            onDone(w.rectify.done)
          }}
        />
      )}
    </section>
  )
}

function Facts({ recording }: Pick<SectionProps, 'recording'>) {
  const { facts: w } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const links = Object.entries(recording.links ?? {}).map(([kind, ref]) => `${kind} ${ref}`)
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [w.entity, name('entity', recording.entity)],
    [w.product, name('product', recording.product)],
    [w.direction, recording.direction === 'outbound' ? w.outbound : w.inbound],
    [w.duration, clockTime(recording.durationSeconds)],
    [w.team, recording.team],
    [w.notice, recording.noticeVersion],
    [w.sensitivity, recording.sensitivity.join(', ')],
    [w.links, links.join(', ')],
    [w.received, fullDay(recording.receivedAt, language)],
    [w.callId, recording.callId],
    [w.id, recording.id],
  ]
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
