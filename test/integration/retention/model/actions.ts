import fc from 'fast-check'
import { addPurpose, applyRules, newRules, objection, removePurpose } from './changing.ts'
import { type Act, agrees, instant, MEMBERS, type Play, POLICIES, pick } from './play.ts'
import { holdOne, holdScope, lift, lock, release, restrict, unlock } from './protecting.ts'
import { PURPOSES, type Purpose } from './rules.ts'
import { delivery, importer } from './world.ts'

/** One thing that can happen; its numbers choose among whatever is there at that moment. */
export interface Action {
  readonly kind: Kind
  readonly which: number
  readonly other: number
}

const ingest: Act = async ({ verbs, truth }, which, other) => {
  if ([...truth.recordings.values()].filter(({ gone }) => !gone).length >= 6) return
  const purposes = PURPOSES.filter((_, i) => (which >> i) % 2 === 1)
  const chosen: Purpose[] = purposes.length === 0 ? ['training'] : [...purposes]
  const callDay = truth.today - (other % 4)
  const member = other % MEMBERS
  const policy = which % POLICIES
  const ended = instant(callDay)
  await agrees(async () => {
    const { row } = await verbs.ingest(
      delivery({
        ...{ callId: `call-${truth.next++}`, memberRef: `M-${member}`, agentRef: 'A-1', entity: 'hmbs' },
        ...{ startedAt: new Date(ended.getTime() - 600_000).toISOString(), endedAt: ended.toISOString() },
        ...{ product: 'home', direction: 'inbound', language: 'nl', noticeVersion: 'n1', purposes: chosen },
        ...{ sensitivity: [], links: { policy: `P-${policy}` } },
      }),
    )
    const tags = new Map(
      chosen.map((purpose) => [
        purpose,
        { purpose, callDay, days: truth.daysOf(purpose), ended: false, over: false },
      ]),
    )
    const one = { id: row.id, callDay, member, policy, tags, restricted: false, gone: false }
    const joined = [...truth.holds].filter(([, hold]) =>
      hold.covers?.({ ...one, holds: new Set(), locks: new Set() }),
    )
    truth.recordings.set(row.id, { ...one, holds: new Set(joined.map(([id]) => id)), locks: new Set() })
  })
}

const event: Act = async ({ verbs, truth }, which, other) => {
  const policy = which % POLICIES
  const ended = other % 3 !== 0
  // Noon of a day, and some seconds so that no two reports are of the same moment.
  const day = truth.today - (other % 12)
  const seq = truth.next++
  const occurredAt = new Date(instant(day).getTime() - 3_600_000 + seq * 1000)
  const done = await agrees(() =>
    verbs.reportEvent(importer, {
      ...{ id: `event-${seq}`, type: ended ? 'policy.ended' : 'policy.started' },
      ...{ ref: `P-${policy}`, occurredAt },
    }),
  )
  if (!done) return
  const reports = truth.policies.get(policy) ?? []
  truth.policies.set(policy, [...reports, { ended, at: day + seq / 1_000_000 }])
}

const tick: Act = async ({ world, truth }, which) => {
  truth.today += 1 + (which % 6)
  world.clock.set(instant(truth.today).toISOString())
}

const sweep: Act = async ({ world, sweepers }, which) => {
  await world.sweepBy(sweepers[which % 2 === 0 ? 0 : 1])({ dryRun: false })
}

const sweepBoth: Act = async ({ world, sweepers }) => {
  await Promise.all(sweepers.map((one) => world.sweepBy(one)({ dryRun: false })))
}

const claim: Act = async ({ world, sweepers }, which) => {
  const one = sweepers[which % 2 === 0 ? 0 : 1]
  const now = world.clock.now()
  const taken = await one.purge.claim({
    quarantinedBefore: now,
    now,
    limit: 2,
    shares: [{ entity: 'hmbs', atMost: 2 }],
  })
  one.claims = [...one.claims, ...taken]
}

const destroyClaimed: Act = async ({ sweepers }, which) => {
  const one = sweepers[which % 2 === 0 ? 0 : 1]
  const claims = one.claims
  one.claims = []
  await one.purge.destroy(claims)
}

/** Whatever it had claimed is left as it is; only its place in the database becomes free. */
const crash: Act = async ({ world, sweepers, zombies }, which) => {
  const at = which % 2 === 0 ? 0 : 1
  await sweepers[at].instance.close()
  zombies.push(sweepers[at])
  sweepers[at] = await world.sweeper()
}

/** A process that was taken for dead finishes what it had claimed. */
const zombie: Act = async ({ zombies }, which) => {
  const one = pick(zombies, which)
  if (!one) return
  const { claims } = one
  one.claims = []
  await one.purge.destroy(claims)
}

const storeFault: Act = async ({ world }, which) => {
  world.fault.active = which % 3 === 0
}

const sync: Act = async ({ world, verbs }) => {
  await verbs.recoverIngests()
  await world.syncObjects({ limit: 100 }, AbortSignal.timeout(10_000))
}

/** A hold and two sweepers at the same moment: one of them wins, never both. */
const holdVersusSweep: Act = async (play, which, other) => {
  await Promise.all([sweepBoth(play, which, other), holdOne(play, which, other)])
}

const ACTIONS = {
  ...{ ingest, event, holdOne, holdScope, release, lock, unlock, restrict, lift, addPurpose, removePurpose },
  ...{
    objection,
    newRules,
    applyRules,
    tick,
    sweep,
    sweepBoth,
    claim,
    destroyClaimed,
    crash,
    storeFault,
    sync,
  },
  ...{ zombie, holdVersusSweep },
}

export type Kind = keyof typeof ACTIONS

/** How often each happens beside the others; what costs most to run comes least. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  ...{ ingest: 8, event: 8, holdOne: 4, holdScope: 2, release: 7, lock: 4, unlock: 5, restrict: 3, lift: 4 },
  ...{ addPurpose: 4, removePurpose: 5, objection: 3, newRules: 1, applyRules: 2, tick: 22, sweep: 8 },
  ...{
    sweepBoth: 2,
    claim: 5,
    destroyClaimed: 5,
    crash: 2,
    zombie: 3,
    storeFault: 5,
    sync: 3,
    holdVersusSweep: 2,
  },
}

/** Any action, those of the theme more often than usual. */
export const anyAction = (theme: Partial<Record<Kind, number>>): fc.Arbitrary<Action> =>
  fc.record({
    kind: fc.oneof(
      ...Object.entries({ ...WEIGHTS, ...theme }).map(([kind, weight]) => ({
        arbitrary: fc.constant(kind as Kind),
        weight,
      })),
    ),
    which: fc.nat(63),
    other: fc.nat(63),
  })

export const perform = (play: Play, { kind, which, other }: Action): Promise<unknown> =>
  ACTIONS[kind](play, which, other)
