import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { Exclusion, Sample } from './contract.ts'
import { useCriteria } from './samples-page.tsx'
import { words } from './words.ts'

/** Why these calls: what was asked, of how many the lot chose, what was left out and by which seed. */
export function DrawnSection({ sample }: { readonly sample: Sample }) {
  const { drawn: w, sample: s } = useWords(words)
  const language = useLanguage()
  const asked = useCriteria()
  const { from, to, size } = sample.criteria
  const facts = [
    [w.by, sample.drawnBy],
    [
      w.asked,
      `${size} · ${asked(sample)} · ${s.period(calendarDay(from, language), calendarDay(to, language))}`,
    ],
    [w.pool, String(sample.poolSize)],
    [w.seed, <code key="seed">{sample.seed}</code>],
    [w.digest, <code key="digest">{sample.poolSha256}</code>],
  ] as const
  return (
    <section className="panel">
      <h2>{w.summary}</h2>
      <p>{w.lot(sample.items.length, sample.poolSize)}</p>
      <dl className="drawn">
        {facts.map(([fact, value]) => (
          <div key={fact}>
            <dt>{fact}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{w.proof}</p>
      <h3>{w.left}</h3>
      <Exclusions excluded={sample.excluded} />
    </section>
  )
}

function Exclusions({ excluded }: Pick<Sample, 'excluded'>) {
  const { drawn: w } = useWords(words)
  const reasons = (Object.keys(w.exclusions) as Exclusion[]).filter((reason) => excluded[reason] > 0)
  if (reasons.length === 0) return <p>{w.leftNone}</p>
  return (
    <ul className="exclusions">
      {reasons.map((reason) => (
        <li key={reason}>
          <strong>{excluded[reason]}</strong> {w.exclusions[reason]}
        </li>
      ))}
    </ul>
  )
}
