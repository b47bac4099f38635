import { type SubmitEvent, useState } from 'react'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { Answers, Score, ScoreForm } from './contract.ts'
import type { ItemProps } from './item-page.tsx'
import { words } from './item-words.ts'
import { itemPath, useCalibration, useItemAct, useScoreForm } from './use-coaching.ts'

/** The score form of the organisation, filled in with what this coach gave before. */
export function ScoreSection({ sample, item }: ItemProps) {
  const language = useLanguage()
  const form = useScoreForm()
  const calibration = useCalibration(sample.id)
  return (
    <section className="section">
      <Loaded query={form}>
        {(scoreForm) => (
          <>
            <h2>{scoreForm.title[language]}</h2>
            <Loaded query={calibration}>
              {({ items }) => {
                const scores = items.find(({ n }) => n === item.n)?.scores ?? []
                const own = scores.find((score) => score.own)
                return <Scoring sample={sample} item={item} form={scoreForm} own={own} />
              }}
            </Loaded>
          </>
        )}
      </Loaded>
    </section>
  )
}

interface ScoringProps extends ItemProps {
  readonly form: ScoreForm
  readonly own: Score | undefined
}

function Scoring({ sample, item, form, own }: ScoringProps) {
  const { score: w, closed } = useWords(words)
  const [answers, setAnswers] = useState<Answers>(own?.answers ?? {})
  const [news, setNews] = useState('')
  const saving = useItemAct<Score>(sample.id)
  const isFixed = sample.coaches.length > 1 && item.state === 'reviewed'
  const isClosed = item.released || sample.ended || isFixed
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (saving.isPending) return
    if (Object.keys(answers).length === 0) return setNews(w.empty)
    const path = `${itemPath(sample.id, item.n)}/score`
    saving.mutate({ path, method: 'PUT', body: { answers } }, { onSuccess: () => setNews(w.saved) })
  }
  return (
    <form className="score" onSubmit={onSubmit}>
      {isClosed ? <p className="note">{isFixed ? w.fixed : closed}</p> : <p>{w.intro}</p>}
      {form.criteria.map((criterion) => (
        <Criterion
          key={criterion.id}
          form={form}
          criterion={criterion}
          answer={answers[criterion.id]}
          disabled={isClosed}
          onAnswer={(value) => setAnswers(withAnswer(answers, criterion.id, value))}
        />
      ))}
      <Total own={own} />
      <ProblemNote error={saving.error} />
      <p role="status" className="news">
        {news}
      </p>
      {!isClosed && (
        <p className="acts">
          <button className="button button--main" type="submit" aria-disabled={saving.isPending}>
            {w.save}
          </button>
        </p>
      )}
    </form>
  )
}

function withAnswer(answers: Answers, id: string, value: number | null): Answers {
  const { [id]: _, ...others } = answers
  return value === null ? others : { ...others, [id]: value }
}

function Total({ own }: { readonly own: Score | undefined }) {
  const { score: w } = useWords(words)
  const language = useLanguage()
  if (own?.total == null) return null
  return (
    <p>
      <strong>{w.total(new Intl.NumberFormat(language).format(own.total))}</strong>
    </p>
  )
}

interface CriterionProps {
  readonly form: ScoreForm
  readonly criterion: ScoreForm['criteria'][number]
  readonly answer: number | undefined
  readonly disabled: boolean
  readonly onAnswer: (value: number | null) => void
}

/** One thing to judge, as a group of radio buttons: every step of the scale, and that it did not come up. */
function Criterion({ form, criterion, answer, disabled, onAnswer }: CriterionProps) {
  const { score: w } = useWords(words)
  const language = useLanguage()
  const choices = [
    ...form.scale.map((step) => ({ value: step.value as number | null, label: step[language] })),
    { value: null, label: w.skipped },
  ]
  return (
    <fieldset className="criterion" disabled={disabled}>
      <legend>{criterion[language]}</legend>
      <div className="criterion__choices">
        {choices.map(({ value, label }) => (
          <label key={label}>
            <input
              type="radio"
              name={criterion.id}
              checked={(answer ?? null) === value}
              onChange={() => onAnswer(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
