import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { changesBetween, type RuleChange, type RuleField } from './compare.ts'
import type { Book, BookList, Rule } from './contract.ts'
import { periodWords } from './period.ts'
import { listOf, ruleName, triggerWords } from './rule-table.tsx'
import { words } from './rules-words.ts'

/** What a version changes in the rules that are in force. */
export function Differences({ before, after }: { readonly before: BookList; readonly after: Book }) {
  const { differences: w } = useWords(words)
  const changes = changesBetween(before.rules, after.rules)
  return (
    <section className="panel">
      <h2>{w.heading(before.current)}</h2>
      {changes.length === 0 ? (
        <p>{w.none}</p>
      ) : (
        <ul className="changes">
          {changes.map((change) => (
            <li key={change.rule.id}>
              <Change change={change} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Change({ change }: { readonly change: RuleChange }) {
  const all = useWords(words)
  const { differences: w } = all
  const name = useNames()
  return (
    <>
      <p>
        {w[change.kind]}: <strong>{ruleName(change.rule, name, all)}</strong>
      </p>
      {change.kind === 'changed' && (
        <dl className="changes__fields">
          {change.fields.map((field) => (
            <div key={field}>
              <dt>{w.fields[field]}</dt>
              <dd>
                {w.was}{' '}
                <del>
                  <Value rule={change.before} field={field} />
                </del>
                , {w.becomes}{' '}
                <ins>
                  <Value rule={change.rule} field={field} />
                </ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}

function Value({ rule, field }: { readonly rule: Rule; readonly field: RuleField }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const { none_, yes, no } = w.differences
  const shown: Readonly<Partial<Record<RuleField, string>>> = {
    purpose: name('purpose', rule.purpose),
    legalBasis: w.basis[rule.legalBasis] ?? rule.legalBasis,
    product: (listOf(rule.product) ?? [w.table.all]).map((one) => name('product', one)).join(', '),
    triggers: triggerWords(rule.triggers, name),
    period: periodWords(rule.period, language),
    minimum: rule.minimum === null ? none_ : periodWords(rule.minimum, language),
    disposition: w.disposition[rule.disposition] ?? rule.disposition,
    review: rule.review ? yes : no,
  }
  return shown[field] ?? String(rule[field] ?? none_)
}
