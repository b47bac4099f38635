import type { Language } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { Rule } from './contract.ts'
import { periodWords } from './period.ts'
import { words } from './rules-words.ts'

/** All rules of a version: for what, for how long, and what happens then. */
export function RuleTable({ caption, rules }: { readonly caption: string; readonly rules: readonly Rule[] }) {
  const { table: w, disposition, basis } = useWords(words)
  const name = useNames()
  const columns = [
    { key: 'purpose', label: w.purpose, cell: (rule: Rule) => <Purpose rule={rule} /> },
    { key: 'product', label: w.product, cell: (rule: Rule) => <Products {...rule} /> },
    { key: 'period', label: w.period, cell: (rule: Rule) => <Period rule={rule} /> },
    {
      key: 'disposition',
      label: w.disposition,
      cell: (rule: Rule) => (
        <>
          {disposition[rule.disposition] ?? rule.disposition}
          {rule.review && <span className="aside">{w.review}</span>}
        </>
      ),
    },
    {
      key: 'ground',
      label: w.ground,
      cell: (rule: Rule) => (
        <>
          <span lang="en">{rule.ground}</span>
          <span className="aside">
            {basis[rule.legalBasis] ?? name('legalBasis', rule.legalBasis)} · <code>{rule.id}</code>@
            {rule.version}
          </span>
        </>
      ),
    },
  ]
  return <DataTable caption={caption} columns={columns} rows={rules} rowKey={({ id }) => id} />
}

function Purpose({ rule }: { readonly rule: Rule }) {
  const { table: w, when, sensitivity } = useWords(words)
  const name = useNames()
  const kinds = listOf(rule.sensitivity)
  return (
    <>
      <strong>{name('purpose', rule.purpose)}</strong>
      {rule.when && <span className="aside">{when[rule.when] ?? rule.when}</span>}
      {kinds && (
        <span className="aside">{w.onlyFor(kinds.map((kind) => sensitivity[kind] ?? kind).join(', '))}</span>
      )}
    </>
  )
}

function Products({ product }: Pick<Rule, 'product'>) {
  const { table: w } = useWords(words)
  const name = useNames()
  const products = listOf(product)
  return products ? products.map((one) => name('product', one)).join(', ') : w.all
}

function Period({ rule }: { readonly rule: Rule }) {
  const { table: w } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  return (
    <>
      {w.after(periodWords(rule.period, language), triggerWords(rule.triggers, name))}
      {rule.countFrom === 'year_end' && <span className="aside">{w.yearEnd}</span>}
      {rule.minimum && <span className="aside">{w.minimum(periodWords(rule.minimum, language))}</span>}
    </>
  )
}

/** Several events in a name of their own, where there is one; the latest of them counts. */
export const triggerWords = (
  triggers: readonly string[],
  name: (kind: 'trigger', code: string) => string,
): string => {
  const joined = triggers.join('+')
  const known = name('trigger', joined)
  return known === joined ? triggers.map((one) => name('trigger', one)).join(' / ') : known
}

/** Null for all of them. */
export const listOf = (names: string | readonly string[]): readonly string[] | null =>
  names === '*' ? null : typeof names === 'string' ? [names] : names

/** What a rule is called where there is room for one line only. */
export function ruleName(
  rule: Rule,
  name: (kind: 'purpose' | 'product', code: string) => string,
  w: (typeof words)[Language],
): string {
  const products = listOf(rule.product)
  const about = products ? products.map((one) => name('product', one)).join(', ') : w.table.all
  const occasion = rule.when ? `, ${w.when[rule.when] ?? rule.when}` : ''
  return `${name('purpose', rule.purpose)}: ${about}${occasion} (${rule.id})`
}
