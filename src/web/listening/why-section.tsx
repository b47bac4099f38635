import { useTranslation } from 'react-i18next'
import type { Call, Purpose } from '../api/contract.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'

/** The purposes of a recording, each with its legal basis and its own end. */
export function WhySection({ call: { purposes } }: { readonly call: Call }) {
  const { t } = useTranslation()
  return (
    <section className="section">
      <h2>{t('call.why.heading')}</h2>
      <p>{t('call.why.intro', { count: purposes.length })}</p>
      <ul className="purposes">
        {purposes.map((purpose) => (
          <PurposeItem key={`${purpose.purpose} ${purpose.product}`} purpose={purpose} />
        ))}
      </ul>
    </section>
  )
}

function PurposeItem({ purpose: tag }: { readonly purpose: Purpose }) {
  const { t } = useTranslation()
  const name = useNames()
  const explanation = name('purposeText', tag.purpose, '')
  return (
    <li className="purpose">
      <h3>{name('purpose', tag.purpose)}</h3>
      {explanation && <p>{explanation}</p>}
      <dl>
        <div>
          <dt>{t('call.why.basis')}</dt>
          <dd>{name('legalBasis', tag.legalBasis)}</dd>
        </div>
        <div>
          <dt>{t('call.why.until')}</dt>
          <dd>
            <PurposeEnd tag={tag} />
          </dd>
        </div>
      </dl>
    </li>
  )
}

function PurposeEnd({ tag }: { readonly tag: Purpose }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const name = useNames()
  const isRefused = tag.state === 'objected' || tag.state === 'withdrawn'
  // The day until which it would have been kept is of no meaning any more.
  if (isRefused) return name('state', tag.state)
  const ends = [
    tag.retainUntil && t('call.why.untilDay', { day: calendarDay(tag.retainUntil, language) }),
    tag.minUntil !== tag.retainUntil &&
      tag.minUntil &&
      t('call.why.atLeast', { day: calendarDay(tag.minUntil, language) }),
    tag.state === 'pending_trigger' && t('call.why.pending', { trigger: name('trigger', tag.trigger) }),
    tag.state !== 'active' && tag.state !== 'pending_trigger' && name('state', tag.state),
  ]
  return ends.filter(Boolean).join('; ')
}
