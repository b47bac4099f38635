import { parseDocument } from 'yaml'
import { z } from 'zod'

const words = { nl: z.string().min(1).max(300), en: z.string().min(1).max(300) }
const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, "_" or "-"')
const unique = <T>(values: readonly T[]): boolean => new Set(values).size === values.length

const Step = z.strictObject({ value: z.int().min(0).max(100), ...words })
const Criterion = z.strictObject({ id: name, weight: z.number().positive().max(100), ...words })

/** What coaches judge a call by, and on which scale; configuration. */
export const ScoreFormSchema = z
  .strictObject({
    id: name,
    version: z.int().min(1),
    title: z.strictObject(words),
    scale: z
      .array(Step)
      .min(2)
      .max(11)
      .refine((steps) => unique(steps.map(({ value }) => value)), 'has a value twice'),
    criteria: z
      .array(Criterion)
      .min(1)
      .max(50)
      .refine((criteria) => unique(criteria.map(({ id }) => id)), 'has an id twice'),
  })
  .meta({ id: 'ScoreForm' })

export type ScoreForm = z.output<typeof ScoreFormSchema>

const FormFile = z.strictObject({ format: z.literal(1), ...ScoreFormSchema.shape })

/** A score form that cannot be used; `problems` has every mistake. */
export class ScoreFormError extends Error {
  override readonly name = 'ScoreFormError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the score form cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Reads the YAML text of a form. Throws ScoreFormError. */
export function readScoreForm(yamlText: string): ScoreForm {
  const document = parseDocument(yamlText, { prettyErrors: true })
  if (document.errors.length > 0) throw new ScoreFormError(document.errors.map(({ message }) => message))
  const parsed = FormFile.safeParse(document.toJS())
  if (!parsed.success)
    throw new ScoreFormError(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`),
    )
  const { format: _, ...form } = parsed.data
  return form
}

/** How a score names the form it was given with. */
export const versionOf = ({ id, version }: ScoreForm): string => `${id}@${version}`

export type Answers = Readonly<Record<string, number>>

/** What is wrong with answers to a form, by criterion; nothing for answers that fit. Unanswered is allowed: not every call has everything. */
export function answerErrors(form: ScoreForm, answers: Answers): { field: string; message: string }[] {
  const criteria = new Set(form.criteria.map(({ id }) => id))
  const values = new Set(form.scale.map(({ value }) => value))
  const errors = Object.entries(answers).flatMap(([id, value]) => {
    if (!criteria.has(id)) return [{ field: `answers.${id}`, message: 'is not a criterion of the form' }]
    return values.has(value) ? [] : [{ field: `answers.${id}`, message: 'is not a value of the scale' }]
  })
  return Object.keys(answers).length === 0 ? [{ field: 'answers', message: 'must not be empty' }] : errors
}

/** The weighted mean of the answers on the form's own scale, to two decimals; null for a form that is no longer this one. */
export function totalOf(form: ScoreForm, answers: Answers, formVersion: string): number | null {
  if (formVersion !== versionOf(form)) return null
  const answered = form.criteria.flatMap(({ id, weight }) => {
    const value = answers[id]
    return value === undefined ? [] : [{ value, weight }]
  })
  const weights = answered.reduce((sum, { weight }) => sum + weight, 0)
  if (weights === 0) return null
  const sum = answered.reduce((total, { value, weight }) => total + value * weight, 0)
  return Math.round((sum / weights) * 100) / 100
}
