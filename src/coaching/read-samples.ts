import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { requireCoach } from './coach.ts'
import {
  presentCounts,
  presentSample,
  presentSummary,
  type SampleCountsJson,
  type SampleJson,
  type SampleSummaryJson,
} from './sample-present.ts'
import { findSample, listItems, listSamples, type SampleRow } from './sample-queries.ts'

export interface ReadSamplesPorts {
  readonly db: Database
  readonly clock: Clock
}

/** The samples of a coach, newest first. Throws Problem('forbidden'). */
export function makeListSamples({ db, clock }: ReadSamplesPorts) {
  return async function list(actor: Actor): Promise<{ items: SampleSummaryJson[] }> {
    const now = clock.now()
    const act = { type: 'training.samples_listed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireCoach(actor, now)
      const rows = await listSamples(db, actor)
      await appendAudit(db, eventOf(act, { count: rows.length }))
      return { items: rows.map((row) => presentSummary(row, now)) }
    })
  }
}

/** One sample with its items. Throws Problem: `forbidden`, `not_found` (also for a sample of other coaches). */
export function makeFindSample({ db, clock }: ReadSamplesPorts) {
  return async function find(actor: Actor, id: string): Promise<SampleJson> {
    const now = clock.now()
    const act = { type: 'training.sample_viewed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireCoach(actor, now)
      const row = await sampleOf(db, actor, id)
      await appendAudit(db, eventOf({ ...act, entities: [row.entity] }, { sample: row.id }))
      return presentSample(row, await listItems(db, row.id, actor.sub), now)
    })
  }
}

/**
 * How far a sample is, for a page that asks every few seconds whether it still shows what is so. It tells nothing
 * of a call, so only refusals are put on record. Throws Problem: `forbidden`, `not_found` (also for a sample of
 * other coaches).
 */
export function makeCountSample({ db, clock }: ReadSamplesPorts) {
  return async function count(actor: Actor, id: string): Promise<SampleCountsJson> {
    const now = clock.now()
    const act = { type: 'training.sample_viewed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireCoach(actor, now)
      const row = await sampleOf(db, actor, id)
      return presentCounts(row, await listItems(db, row.id, actor.sub))
    })
  }
}

/** Throws Problem('not_found') for whoever is not a coach of it. */
export async function sampleOf(
  connection: Parameters<typeof findSample>[0],
  actor: Actor,
  id: string,
): Promise<SampleRow> {
  const row = await findSample(connection, idToLookUp(id), actor)
  if (!row) throw new Problem('not_found')
  return row
}
