import { z } from 'zod'
import { type Act, eventOf, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { TRAINING } from '../recordings/training-use.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { refuseTrainingOf, takeTurnAsChoice } from '../retention/training-choice.ts'
import { countForTraining } from '../retention/training-choice-queries.ts'
import { CHOICES, type Choice, choicesOf, setChoices } from './preferences-queries.ts'

const Instant = z.iso.datetime({ offset: true }).nullable()

export const PreferencesSchema = z
  .strictObject({
    training: z.boolean().meta({ description: 'Calls may be used for training and coaching' }),
    statistics: z.boolean().meta({ description: 'Calls may be in the anonymous counts' }),
    changedAt: z
      .strictObject({ training: Instant, statistics: Instant })
      .meta({ description: 'When the member last chose; null: never' }),
    trainingCalls: z.int().meta({ description: 'Own calls that training may use today' }),
    trainingOnlyCalls: z
      .int()
      .meta({ description: 'Those of them that nothing else keeps: without training they are due at once' }),
  })
  .meta({ id: 'Preferences' })

export type PreferencesJson = z.input<typeof PreferencesSchema>

/** Everything is allowed until the member says otherwise. */
export type Wanted = Readonly<Record<Choice, boolean>>

export interface PreferencesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly rules: (now: Date) => RulesInUse
}

/** What a member chose for all their calls. Throws Problem `forbidden` for whoever is no member. */
export const makeFindPreferences =
  ({ db, clock }: PreferencesPorts) =>
  async (actor: Actor): Promise<PreferencesJson> =>
    show(db, memberRefOf(actor), clock.now())

/**
 * Changes what a member chose; it counts at once. No training: an objection that is honoured without weighing, on
 * all own calls and on those still to come. Training again: for calls still to come; what has ended does not come
 * back. No statistics: own calls are in no count that is made from now on. Throws Problem `forbidden`.
 */
export function makeSetPreferences(ports: PreferencesPorts) {
  return async function setPreferences(actor: Actor, wanted: Wanted): Promise<PreferencesJson> {
    const now = ports.clock.now()
    const act: Act = { type: 'preferences.changed', action: 'U', actor, at: now }
    return withRefusalsOnRecord(ports.db, act, async () => {
      const memberRef = memberRefOf(actor)
      return ports.db.transaction().execute(async (tx) => {
        await takeTurnAsChoice(tx, memberRef)
        const known = await choicesOf(tx, memberRef)
        const changed = CHOICES.filter((kind) => (known.get(kind)?.allowed ?? true) !== wanted[kind])
        await setChoices(
          tx,
          memberRef,
          changed.map((kind) => ({ kind, allowed: wanted[kind] })),
          now,
        )
        // Also when nothing was changed: what was overlooked before is put right.
        const context = { rules: ports.rules(now), now, actor }
        const calls = wanted.training ? 0 : await refuseTrainingOf(tx, memberRef, context)
        if (changed.length > 0 || calls > 0) await appendAudit(tx, eventOf(act, { ...wanted, calls }))
        return show(tx, memberRef, now)
      })
    })
  }
}

function memberRefOf(actor: Actor): string {
  if (!hasRole(actor, 'member') || actor.memberRef === null) throw new Problem('forbidden')
  return actor.memberRef
}

async function show(connection: Connection, memberRef: string, now: Date): Promise<PreferencesJson> {
  const known = await choicesOf(connection, memberRef)
  const { calls, onlyForThis } = await countForTraining(connection, memberRef, TRAINING, dayOf(now))
  const changedAt = (kind: Choice) => known.get(kind)?.changedAt.toISOString() ?? null
  return {
    training: known.get('training')?.allowed ?? true,
    statistics: known.get('statistics')?.allowed ?? true,
    changedAt: { training: changedAt('training'), statistics: changedAt('statistics') },
    trainingCalls: calls,
    trainingOnlyCalls: onlyForThis,
  }
}
