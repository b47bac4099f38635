import { z } from 'zod'
import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { requireCoach } from './coach.ts'
import { listScores, type ScoreRow } from './item-queries.ts'
import { sampleOf } from './read-samples.ts'
import { listItems } from './sample-queries.ts'
import { type ScoreForm, totalOf } from './score-form.ts'
import type { ScorePorts } from './scores.ts'

const Answers = z.record(z.string(), z.number())

export const ScoreSchema = z
  .strictObject({
    coach: z.string(),
    own: z.boolean(),
    formVersion: z.string(),
    answers: Answers,
    total: z
      .number()
      .nullable()
      .meta({ description: 'Weighted mean on the scale of the form; null for an earlier form' }),
    updatedAt: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'TrainingScore' })

export const CalibrationSchema = z
  .strictObject({
    coaches: z.array(z.string()),
    items: z.array(
      z.strictObject({
        n: z.int(),
        complete: z
          .boolean()
          .meta({ description: 'All coaches have scored; before that only one’s own score is shown' }),
        scored: z.int().meta({ description: 'How many coaches have' }),
        scores: z.array(ScoreSchema),
        spread: z
          .record(z.string(), z.strictObject({ min: z.number(), max: z.number(), mean: z.number() }))
          .meta({ description: 'Per criterion, and `total`; empty until it is complete' }),
      }),
    ),
  })
  .meta({ id: 'Calibration' })

type CalibrationJson = z.input<typeof CalibrationSchema>
export type ScoreJson = z.input<typeof ScoreSchema>

/**
 * How the coaches of a sample judged the same calls. Nobody sees what the others gave before all have given
 * theirs: else they would not be independent. Throws Problem: `forbidden`, `not_found`.
 */
export function makeCalibration({ db, clock, form }: ScorePorts) {
  return async function calibration(actor: Actor, sampleId: string): Promise<CalibrationJson> {
    const at = clock.now()
    const act = { type: 'training.calibration_viewed', action: 'R', actor, at } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireCoach(actor, at)
      const sample = await sampleOf(db, actor, sampleId)
      const items = await listItems(db, sample.id, actor.sub)
      const scores = Map.groupBy(await listScores(db, sample.id), ({ n }) => n)
      await appendAudit(db, eventOf({ ...act, entities: [sample.entity] }, { sample: sample.id }))
      return {
        coaches: [...sample.coaches],
        items: items.map(({ n, reviewedAt }) =>
          compare({ n, complete: reviewedAt !== null, scores: scores.get(n) ?? [] }, actor, form),
        ),
      }
    })
  }
}

interface Scored {
  readonly n: number
  readonly complete: boolean
  readonly scores: readonly ScoreRow[]
}

function compare(
  { n, complete, scores }: Scored,
  actor: Actor,
  form: ScoreForm,
): CalibrationJson['items'][number] {
  const shown = scores.filter(({ author }) => complete || author === actor.sub)
  const presented = shown.map((score) => presentScore(score, actor, form))
  return {
    n,
    complete,
    scored: scores.length,
    scores: presented,
    spread: complete ? spreadOf(presented) : {},
  }
}

export const presentScore = (score: ScoreRow, actor: Pick<Actor, 'sub'>, form: ScoreForm): ScoreJson => ({
  coach: score.author,
  own: score.author === actor.sub,
  formVersion: score.formVersion,
  answers: { ...score.answers },
  total: totalOf(form, score.answers, score.formVersion),
  updatedAt: score.updatedAt.toISOString(),
})

/** Smallest, largest and mean answer per criterion, over those who gave one. Pure. */
export function spreadOf(
  scores: readonly Pick<ScoreJson, 'answers' | 'total'>[],
): Record<string, { min: number; max: number; mean: number }> {
  const given = scores.flatMap(({ answers, total }) => [
    ...Object.entries(answers),
    ...(total === null ? [] : [['total', total] as const]),
  ])
  const byCriterion = Map.groupBy(given, ([criterion]) => criterion)
  return Object.fromEntries(
    [...byCriterion].map(([criterion, entries]) => {
      const values = entries.map(([, value]) => value)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return [
        criterion,
        { min: Math.min(...values), max: Math.max(...values), mean: Math.round(mean * 100) / 100 },
      ]
    }),
  )
}
