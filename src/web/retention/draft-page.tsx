import { type SyntheticEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useGet, useSend } from '../api/use-api.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Book, BookList, BookSummary, Rule } from './contract.ts'
import { DraftProblem } from './draft-problem.tsx'
import { DraftTerms, EMPTY_TERMS, type Terms, termsOf } from './draft-terms.tsx'
import { words } from './draft-words.ts'
import { CannotEdit, withPeriod } from './edit-document.ts'
import { type Amount, amountOf, periodOf, periodWords } from './period.ts'
import { ruleName } from './rule-table.tsx'
import { words as ruleWords } from './rules-words.ts'

/** The common change: another period for one rule, everything else as it is. */
export function Component() {
  const w = useWords(words)
  const { write } = useWords(ruleWords)
  const books = useGet<BookList>('/v1/retention/rules')
  const current = books.data?.current
  const book = useGet<Book>(current === undefined ? null : `/v1/retention/rules/${current}`)
  return (
    <>
      <PageHeading title={w.title}>{w.simple}</PageHeading>
      <p className="lead">{w.simpleText}</p>
      <Loaded query={book}>{(found) => <PeriodForm book={found} />}</Loaded>
      <p>
        <Link to="/bewaartermijnen/tekst">{write}</Link>
      </p>
    </>
  )
}

type Wrong = 'amountProblem' | 'sameProblem' | 'cannot'

/** The document with the wanted period, or what is wrong with what was filled in. */
function proposalOf(
  book: Book,
  rule: Rule,
  amount: string,
  unit: Amount['unit'],
): { readonly document: string } | Wrong {
  if (!/^[1-9]\d{0,3}$/.test(amount)) return 'amountProblem'
  const period = periodOf({ amount: Number(amount), unit })
  if (period === rule.period) return 'sameProblem'
  try {
    return { document: withPeriod(book.document, rule.id, period) }
  } catch (error) {
    if (error instanceof CannotEdit) return 'cannot'
    throw error
  }
}

function PeriodForm({ book }: { readonly book: Book }) {
  const w = useWords(words)
  const rules = book.rules.filter(({ period }) => amountOf(period) !== null)
  const [ruleId, setRuleId] = useState(rules[0]?.id ?? '')
  const rule = rules.find(({ id }) => id === ruleId)
  if (!rule) return <p>{w.cannot}</p>
  return <RuleForm book={book} rules={rules} rule={rule} onRule={setRuleId} />
}

interface RuleFormProps {
  readonly book: Book
  readonly rules: readonly Rule[]
  readonly rule: Rule
  readonly onRule: (id: string) => void
}

function RuleForm({ book, rules, rule, onRule }: RuleFormProps) {
  const all = useWords(ruleWords)
  const w = useWords(words)
  const name = useNames()
  const navigate = useNavigate()
  const now = amountOf(rule.period)
  const [amount, setAmount] = useState(String(now?.amount ?? ''))
  const [unit, setUnit] = useState<Amount['unit']>(now?.unit ?? 'M')
  const [terms, setTerms] = useState<Terms>(EMPTY_TERMS)
  const [problem, setProblem] = useState<string>()
  const filing = useSend<BookSummary>(['/v1/retention/rules'])
  // The form stays the same, so that the focus stays in the list of rules.
  const chooseRule = (id: string) => {
    const next = amountOf(rules.find((one) => one.id === id)?.period ?? '')
    setAmount(String(next?.amount ?? ''))
    setUnit(next?.unit ?? 'M')
    setProblem(undefined)
    filing.reset()
    onRule(id)
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const proposed = proposalOf(book, rule, amount, unit)
    setProblem(typeof proposed === 'string' ? w[proposed] : undefined)
    if (typeof proposed === 'string') return
    const { document } = proposed
    filing.mutate(
      { path: '/v1/retention/rules', body: { document, ...termsOf(terms) } },
      { onSuccess: ({ version }) => void navigate(`/bewaartermijnen/${version}`) },
    )
  }
  return (
    <form className="form panel" onSubmit={submit} noValidate>
      <div className="form__whole">
        <SelectField
          label={w.rule}
          value={rule.id}
          onValue={chooseRule}
          choices={rules.map((one) => ({ value: one.id, label: ruleName(one, name, all) }))}
        />
      </div>
      <NewPeriod
        rule={rule}
        amount={amount}
        unit={unit}
        problem={problem}
        onAmount={setAmount}
        onUnit={setUnit}
      />
      <DraftTerms terms={terms} onTerms={setTerms} error={filing.error} />
      <div className="form__acts">
        <button className="button button--main" type="submit" disabled={filing.isPending}>
          {w.file}
        </button>
      </div>
      <DraftProblem error={filing.error} />
    </form>
  )
}

interface NewPeriodProps {
  readonly rule: Rule
  readonly amount: string
  readonly unit: Amount['unit']
  readonly problem: string | undefined
  readonly onAmount: (amount: string) => void
  readonly onUnit: (unit: Amount['unit']) => void
}

function NewPeriod({ rule, amount, unit, problem, onAmount, onUnit }: NewPeriodProps) {
  const w = useWords(words)
  const language = useLanguage()
  const units = Object.entries(w.units).map(([value, label]) => ({ value, label }))
  return (
    <>
      <TextField
        label={w.amount}
        hint={w.now(periodWords(rule.period, language))}
        problem={problem}
        value={amount}
        onValue={onAmount}
        inputMode="numeric"
        autoComplete="off"
        required
      />
      <SelectField
        label={w.unit}
        value={unit}
        onValue={(value) => onUnit(value as Amount['unit'])}
        choices={units}
      />
    </>
  )
}
