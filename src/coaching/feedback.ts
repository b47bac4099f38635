import { z } from 'zod'
import { eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { SECOND } from '../kernel/units.ts'
import { type FeedbackRow, listFeedback } from './feedback-queries.ts'
import { OBSTACLES, type Obstacle } from './pool-queries.ts'
import { monthOf } from './sample-present.ts'
import { type ScoreForm, totalOf } from './score-form.ts'
import type { ScorePorts } from './scores.ts'

const Instant = z.iso.datetime({ offset: true })

export const FeedbackSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        sampleId: z.uuid(),
        n: z.int(),
        recordingId: z.uuid().nullable().meta({ description: 'One’s own call; null once withdrawn' }),
        drawnAt: Instant,
        product: z.string().nullable(),
        month: z.string().nullable().meta({ description: 'YYYY-MM of the call' }),
        state: z.enum(['used', 'released', 'withdrawn']),
        withdrawnReason: z.enum(OBSTACLES).optional(),
        releasedAt: Instant.nullable(),
        notes: z.array(z.strictObject({ atSeconds: z.number(), text: z.string() })),
        scores: z.array(
          z.strictObject({
            formVersion: z.string(),
            answers: z.record(z.string(), z.number()),
            total: z.number().nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Feedback', description: 'For learning; use for appraisal is another purpose' })

type FeedbackJson = z.input<typeof FeedbackSchema>

/** Which calls of an agent were drawn, and what coaches released to them. Throws Problem('forbidden'). */
export function makeFeedback({ db, clock, form }: ScorePorts) {
  return async function feedback(actor: Actor): Promise<FeedbackJson> {
    const at = clock.now()
    const act = { type: 'training.feedback_viewed', action: 'R', actor, at } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'agent')
      const rows = await listFeedback(db, actor)
      await appendAudit(db, eventOf(act, { count: rows.length }))
      return { items: rows.map((row) => present(row, form)) }
    })
  }
}

function present(row: FeedbackRow, form: ScoreForm): FeedbackJson['items'][number] {
  return {
    sampleId: row.sampleId,
    n: row.n,
    recordingId: row.recordingId,
    drawnAt: row.drawnAt.toISOString(),
    product: row.product,
    month: row.startedAt === null ? null : monthOf(row.startedAt),
    state: stateOf(row),
    ...(row.withdrawnAt === null ? {} : { withdrawnReason: row.withdrawnReason as Obstacle }),
    releasedAt: row.releasedAt?.toISOString() ?? null,
    notes: row.notes.map(({ atMs, body }) => ({ atSeconds: atMs / SECOND, text: body })),
    scores: row.scores.map(({ formVersion, answers }) => ({
      formVersion,
      answers: { ...answers },
      total: totalOf(form, answers, formVersion),
    })),
  }
}

const stateOf = ({ withdrawnAt, releasedAt }: FeedbackRow): 'used' | 'released' | 'withdrawn' => {
  if (withdrawnAt !== null) return 'withdrawn'
  return releasedAt === null ? 'used' : 'released'
}
