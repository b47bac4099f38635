import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Call } from '../api/contract.ts'
import { calendarDay, monthName, monthOf } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { keptFor } from './keeping.ts'
import { OriginDetails } from './origin-details.tsx'
import { sharePassed } from './share-passed.ts'
import { words } from './words.ts'

/** Until when the recording as a whole is kept, and what happens then. */
export function UntilSection({ call }: { readonly call: Call }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [now] = useState(Date.now)
  if (keptFor(call) === 'not') return <NotKept call={call} />
  if (!call.keepUntil) return <UntilUnknown call={call} />
  return (
    <section className="section">
      <h2>{t('call.until.heading')}</h2>
      <p className="until">{t('call.until.day', { day: calendarDay(call.keepUntil, language) })}</p>
      <TimePassed
        share={sharePassed(call.startedAt, call.keepUntil, now)}
        from={monthName(monthOf(call.startedAt), language)}
        to={monthName(call.keepUntil.slice(0, 'YYYY-MM'.length), language)}
      />
      <p>
        {call.purposes.length > 1 ? t('call.until.explainMany') : t('call.until.explainOne')}{' '}
        {t('call.until.access')}
      </p>
      <OriginDetails id={call.id} />
    </section>
  )
}

/** Every purpose has ended, by an objection for example: the recording is on its way out. */
function NotKept({ call: { id } }: { readonly call: Call }) {
  const { t } = useTranslation()
  const w = useWords(words)
  return (
    <section className="section">
      <h2>{t('call.until.heading')}</h2>
      <p className="until">{w.notKept}</p>
      <p>{w.notKeptText}</p>
      <OriginDetails id={id} />
    </section>
  )
}

/** The end waits for something that is still to happen: say for what. */
function UntilUnknown({ call: { id, purposes } }: { readonly call: Call }) {
  const { t } = useTranslation()
  const name = useNames()
  const awaited = new Set(
    purposes
      .filter(({ state }) => state === 'pending_trigger')
      .map(({ trigger }) => name('trigger', trigger)),
  )
  return (
    <section className="section">
      <h2>{t('call.until.heading')}</h2>
      <p className="until">{t('call.until.unknown')}</p>
      <p>
        {awaited.size > 0 && t('call.until.explainUnknown', { trigger: [...awaited].join(', ') })}{' '}
        {t('call.until.access')}
      </p>
      <OriginDetails id={id} />
    </section>
  )
}

interface TimePassedProps {
  /** From 0 to 1. */
  readonly share: number
  readonly from: string
  readonly to: string
}

/** Decoration: the text above says the same in words. */
const TimePassed = ({ share, from, to }: TimePassedProps) => (
  <div className="passed" aria-hidden="true">
    <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect className="passed__all" width="100" height="1" />
      <rect className="passed__done" width={Math.max(share * 100, 1)} height="1" />
    </svg>
    <p>
      <span>{from}</span>
      <span>{to}</span>
    </p>
  </div>
)
