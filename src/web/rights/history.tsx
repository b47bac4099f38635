import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { Step } from './contract.ts'
import { pageWords } from './page-words.ts'

/** Steps with words for the other side; those of decisions stand with the answers. */
const TOLD = ['extended', 'view_added']

/** What happened to a request, in order. */
export function History({ steps }: { readonly steps: readonly Step[] }) {
  const { page: w } = useWords(pageWords)
  const language = useLanguage()
  return (
    <section className="section">
      <h2>{w.history}</h2>
      <ol className="history">
        {steps.map(({ at, type, by, actor, detail }) => (
          <li key={`${at} ${type}`}>
            <time dateTime={at}>
              {fullDay(at, language)}, {clock(at, language)}
            </time>
            <span>
              {w.steps[type] ?? type} <span className="field__hint">({actor ?? w.by[by]})</span>
              {TOLD.includes(type) && typeof detail.text === 'string' && (
                <span className="own-words history__text" lang="nl">
                  {detail.text}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
