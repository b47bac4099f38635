import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './act-words.ts'
import type { Invitation } from './contract.ts'

interface InvitationPanelProps {
  readonly id: string
  readonly invitation: Invitation
}

/** What the recipient is to be given by two different ways; it is nowhere else and goes with the page. */
export function InvitationPanel({ id, invitation: { secret, until } }: InvitationPanelProps) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <section className="panel">
      <h2>{w.secretHeading}</h2>
      <p>{w.secretText}</p>
      <dl className="facts">
        <div>
          <dt>{w.address}</dt>
          <dd>
            <code>{new URL(`/verstrekking/${id}`, location.href).href}</code>
          </dd>
        </div>
        <div>
          <dt>{w.secret}</dt>
          <dd>
            <code>{secret}</code>
          </dd>
        </div>
        <div>
          <dt>{w.until}</dt>
          <dd>
            {fullDay(until, language)}, {clock(until, language)}
          </dd>
        </div>
      </dl>
    </section>
  )
}
