import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { HOUR } from '../kernel/units.ts'
import type { AudioEngine } from '../media/engine.ts'
import { joinHolds } from '../recordings/hold-join.ts'
import type { DeriveRetention, OnReceived } from '../recordings/model.ts'
import { queueAudio } from '../recordings/queue-audio.ts'
import { makeAddPurpose } from '../retention/add-purpose.ts'
import { makeListAttention, makeRaiseAlarms } from '../retention/attention.ts'
import { attentionEndpoints } from '../retention/attention-routes.ts'
import { makeDeriveRetention } from '../retention/derive.ts'
import { eventEndpoints } from '../retention/event-routes.ts'
import { makeApplyKnownEvents } from '../retention/events-apply.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { makeExplain } from '../retention/explain.ts'
import { findFacts } from '../retention/explain-queries.ts'
import { makeObjectToPurpose, makeResumePurpose } from '../retention/object-purpose.ts'
import { purposeEndpoints } from '../retention/purpose-routes.ts'
import { makeRectify } from '../retention/rectify.ts'
import { rectifyEndpoints } from '../retention/rectify-routes.ts'
import { makeRemovePurpose } from '../retention/remove-purpose.ts'
import { makeReportEvent } from '../retention/report-event.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import { makeHonourAtReceipt } from '../retention/training-choice.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Foundation } from './foundation.ts'

/** What gives a recording its purposes and dates when it arrives. */
export interface Arrival {
  readonly deriveRetention: DeriveRetention
  readonly onReceived: readonly OnReceived[]
  /** With what audio is silenced and decoded; undefined: with nothing. */
  readonly engine: AudioEngine | undefined
}

type Books = Pick<RuleBooks, 'current' | 'find'>

export const arrivalOf = (books: Books, engine: AudioEngine | undefined): Arrival => ({
  deriveRetention: makeDeriveRetention(books.current),
  onReceived: [
    makeApplyKnownEvents(rulesInUse(books)),
    makeHonourAtReceipt(rulesInUse(books)),
    joinHolds,
    ...(engine ? [queueAudio] : []),
  ],
  engine,
})

/** What changes a recording's purposes, their dates and what they follow from, and what somebody has to look at. */
export function composeTags({ db, clock, logger }: Foundation, books: Books, graceDays: number): Endpoint[] {
  const rules = rulesInUse(books)
  const ports = { db, clock, logger, rules }
  return [
    ...eventEndpoints({ reportEvent: makeReportEvent(ports) }),
    ...purposeEndpoints({
      addPurpose: makeAddPurpose(ports),
      removePurpose: makeRemovePurpose(ports),
      objectToPurpose: makeObjectToPurpose(ports),
      resumePurpose: makeResumePurpose(ports),
    }),
    ...rectifyEndpoints(makeRectify(ports)),
    ...attentionEndpoints({ listAttention: makeListAttention({ db, clock, graceDays }) }),
  ]
}

/** Says every hour what nothing ends by itself. */
export const alarmJob = ({ db, clock, logger }: Foundation, graceDays: number, metrics: Metrics): Job => ({
  name: 'raise-alarms',
  everyMs: HOUR,
  run: makeRaiseAlarms({
    ...{ db, clock, logger, graceDays },
    report: (concern, count) => metrics.attention.set({ concern }, count),
  }),
})

/** Why a recording is kept, in words. */
export const composeExplain = ({ db, clock }: Foundation, { current, find }: Books, graceDays: number) =>
  makeExplain({
    facts: (id) => findFacts(db, id),
    rules: (now) => ({ purposes: current(now).purposes, find }),
    clock,
    graceDays,
  })

export const rulesInUse =
  ({ current, find }: Books) =>
  (now: Date): RulesInUse => ({ current: current(now), find })
