import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, startOfDay } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { momentOf } from './attention.ts'
import { CONCERNS, type ConcernName, countConcerns } from './attention-queries.ts'
import { daysBetween, type StockDay, stockDays } from './overview-days.ts'
import { countFigures, dueByDay, FIGURES, type FigureName, movementsFrom } from './overview-queries.ts'
import { permit } from './permit.ts'

export type Counts = Readonly<Record<FigureName | ConcernName, number>>

export interface Overview {
  readonly at: Date
  readonly total: Counts
  readonly entities: readonly { readonly entity: string; readonly counts: Counts }[]
}

export interface Trends {
  /** From today on. */
  readonly coming: readonly { readonly day: CalendarDay; readonly due: number }[]
  /** Until today. */
  readonly past: readonly StockDay[]
}

export interface OverviewPorts {
  readonly db: Database
  readonly clock: Clock
  /** Days between the end of use and the destruction. */
  readonly graceDays: number
}

/** How far the trends look ahead and back. */
const AHEAD = 'P89D'
const BACK = '-P1Y'

/**
 * How many recordings are stored, due, kept back or set aside, and how many need somebody, for each entity of
 * the actor: numbers only, nobody's recording. Audited. Throws Problem: `forbidden`.
 */
export function makeOverview({ db, clock, graceDays }: OverviewPorts) {
  return {
    async readOverview(actor: Actor): Promise<Overview> {
      const at = clock.now()
      await permit(db, actor, 'read_overview', at)
      const own = [...new Set(actor.entities)]
      const [figures, concerns] = await Promise.all([
        countFigures(db, at, own),
        countConcerns(db, momentOf(at, graceDays), own),
      ])
      await note(db, actor, at, 'retention.overview_read')
      const found = [...figures, ...concerns]
      const countsOf = (wanted: (entity: string) => boolean) =>
        counts(found.filter((one) => wanted(one.entity)))
      return {
        at,
        total: countsOf(() => true),
        entities: own.map((entity) => ({ entity, counts: countsOf((one) => one === entity) })),
      }
    },

    async readTrends(actor: Actor): Promise<Trends> {
      const at = clock.now()
      await permit(db, actor, 'read_overview', at)
      const today = dayOf(at)
      const [first, last] = [addPeriod(today, BACK), addPeriod(today, AHEAD)]
      const [due, movements] = await Promise.all([
        dueByDay(db, actor.entities, { from: startOfDay(today), to: startOfDay(addPeriod(last, 'P1D')) }),
        movementsFrom(db, actor.entities, first),
      ])
      await note(db, actor, at, 'retention.trends_read')
      const byDay = new Map(due.map((one) => [one.day, one.due]))
      return {
        coming: daysBetween(today, last).map((day) => ({ day, due: byDay.get(day) ?? 0 })),
        past: stockDays(movements, first, today),
      }
    },
  }
}

export type ReadOverview = ReturnType<typeof makeOverview>

const NAMES = [...FIGURES, ...CONCERNS] as const

function counts(found: readonly { readonly name: string; readonly count: number }[]): Counts {
  const sum = (name: string) => found.reduce((all, one) => all + (one.name === name ? one.count : 0), 0)
  return Object.fromEntries(NAMES.map((name) => [name, sum(name)])) as Counts
}

const note = (db: Database, actor: Actor, at: Date, type: string) =>
  appendAudit(db, { type, action: 'R', outcome: 'ok', at, actor, requestId: currentRequestId() ?? null })
