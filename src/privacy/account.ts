import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { addPeriod, dayOf, startOfDay } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { momentOf } from '../retention/attention.ts'
import { countConcerns } from '../retention/attention-queries.ts'
import { countFigures } from '../retention/overview-queries.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import {
  type AccessCount,
  type Between,
  type Counted,
  countAccesses,
  countAnomalies,
  countDisclosed,
  countEmergencies,
  countSensitive,
  type Volume,
} from './accountability-queries.ts'
import { type ProcessingRecord, processingRecordOf } from './processing-record.ts'
import { listSuppliers } from './supplier-queries.ts'

export interface AccountPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: Pick<RuleBooks, 'current' | 'currentBook'>
  /** Where people reach the organisation. */
  readonly contact: string
  /** Days between the end of use and the destruction. */
  readonly graceDays: number
  /** Seals what is complete, so that what has just happened counts. */
  readonly seal: () => Promise<unknown>
}

const reading = async <T>(
  { db, clock }: AccountPorts,
  type: string,
  actor: Actor,
  read: (at: Date) => Promise<T>,
): Promise<T> => {
  const act: Act = { type, action: 'R', actor, at: clock.now() }
  return withRefusalsOnRecord(db, act, async () => {
    requireRole(actor, act.at, 'privacy_officer', 'auditor')
    const found = await read(act.at)
    await appendAudit(db, eventOf(act))
    return found
  })
}

export interface DatedRecord extends ProcessingRecord {
  readonly at: Date
  readonly rulesVersion: number
}

/** The record of processing activities (Art. 30 GDPR), as of now. Throws Problem: `forbidden`. */
export function makeReadRecord(ports: AccountPorts) {
  const { db, books, contact } = ports
  return async function readRecord(actor: Actor): Promise<DatedRecord> {
    return reading(ports, 'accountability.processing_record_read', actor, async (at) => {
      const today = dayOf(at)
      const { entities } = actor
      const registered = await listSuppliers(db, entities)
      const suppliers = registered.filter((one) => one.valid_from <= today && today <= one.valid_until)
      const disclosed = await countDisclosed(db, entities)
      const facts = { entities, contact, rules: books.current(at), suppliers, disclosed }
      return { ...processingRecordOf(facts), at, rulesVersion: books.currentBook(at).version }
    })
  }
}

/** What an assessment (Art. 35 GDPR) needs to know of the processing; nobody is in it. */
export interface DpiaFacts extends Between {
  readonly at: Date
  readonly stored: number
  readonly volumes: readonly Volume[]
  readonly accesses: readonly AccessCount[]
  readonly overdue: number
  readonly holdsPastReview: number
  readonly openHolds: number
  readonly restricted: number
  readonly emergencies: readonly Counted[]
  readonly anomalies: readonly Counted[]
}

/** So far back the acts of people are counted when nobody says otherwise. */
const USUAL = '-P3M'

/** Throws Problem: `forbidden`, `invalid_request` for a period that ends before it begins. */
export function makeReadDpiaFacts(ports: AccountPorts) {
  const { db, graceDays, seal } = ports
  return async function readDpiaFacts(actor: Actor, wanted: Partial<Between>): Promise<DpiaFacts> {
    return reading(ports, 'accountability.dpia_facts_read', actor, async (at) => {
      const to = wanted.to ?? at
      const between = { from: wanted.from ?? startOfDay(addPeriod(dayOf(to), USUAL)), to }
      if (between.from >= to)
        throw new Problem('invalid_request', { errors: [{ field: 'to', message: 'must be after from' }] })
      await seal()
      const own = actor.entities
      const figures = await countFigures(db, at, own)
      const concerns = await countConcerns(db, momentOf(at, graceDays), own)
      const sumOf = (name: string) =>
        [...figures, ...concerns].reduce((sum, one) => sum + (one.name === name ? one.count : 0), 0)
      return {
        ...between,
        ...{ at, stored: sumOf('stored'), overdue: sumOf('overdue'), restricted: sumOf('restricted') },
        ...{ holdsPastReview: sumOf('holds_past_review'), openHolds: sumOf('open_holds') },
        volumes: await countSensitive(db, own),
        accesses: await countAccesses(db, own, between),
        emergencies: await countEmergencies(db, own, between),
        anomalies: await countAnomalies(db, own, between),
      }
    })
  }
}
