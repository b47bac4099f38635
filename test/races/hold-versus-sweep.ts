import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Actor } from '../../src/access/actor.ts'
import { registerInstance } from '../../src/db/instance.ts'
import { inParallel } from '../../src/kernel/in-parallel.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { makePlaceHold } from '../../src/recordings/place-hold.ts'
import { makeReleaseHold } from '../../src/recordings/release-hold.ts'
import { makeSyncObjects } from '../../src/recordings/sync-objects.ts'
import { renditionKey } from '../../src/storage/keys.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { DUE, leftIn, type Stage } from '../integration/retention/stage.ts'

export interface Races {
  readonly races: number
  readonly perRound: number
  /** A number below 1, another one each time. */
  readonly random: () => number
  readonly onProgress?: (line: string) => void
}

export interface Outcome {
  /** Races that the hold won, and those that the sweep won. */
  readonly held: number
  readonly destroyed: number
  /** Promises that were broken; nothing else should ever be in a run's report. */
  readonly broken: readonly string[]
}

const HOLDERS = 4
const SWEEPERS = 2
const CLAIMS_PER_SWEEP = 5
const IDLE_MS = 20

const person = (sub: string): Actor => ({
  sub,
  roles: ['records_manager'],
  memberRef: null,
  entities: ['hmbs'],
  team: null,
  confidentialitySigned: true,
  engagedUntil: null,
  authenticatedAt: null,
  via: 'token',
  displayName: null,
})

/**
 * Lets the real verbs race on real services: a hold for every recording, in another order than the sweep
 * ends them. Whoever wins, the answer of the hold must stay true for ever.
 */
export async function raceHoldsAgainstSweeps(stage: Stage, races: Races): Promise<Outcome> {
  const broken: string[] = []
  let held = 0
  // Only once: a clock that goes back stops every sweep.
  stage.clock.set(DUE.toISOString())
  for (let done = 0; done < races.races; done += races.perRound) {
    const round = new Round(stage, Math.min(races.perRound, races.races - done), races.random)
    held += await round.run()
    broken.push(...round.broken)
    races.onProgress?.(
      `${done + round.size} races, ${held} won by the hold, ${broken.length} broken promises`,
    )
  }
  return { held, destroyed: races.races - held, broken }
}

class Round {
  readonly size: number
  readonly broken: string[] = []
  readonly #stage: Stage
  readonly #random: () => number
  /** Hash of the bytes of every recording, and the hold of those whose hold won. */
  readonly #bytes = new Map<string, string>()
  readonly #holds = new Map<string, string>()
  readonly #verbs

  constructor(stage: Stage, size: number, random: () => number) {
    this.size = size
    this.#stage = stage
    this.#random = random
    const { db, store, clock } = stage
    const logger = createLogger('error')
    logger.silent = true
    const syncObjects = makeSyncObjects({ db, store, clock, logger })
    const ports = { db, clock, logger, syncObjects }
    this.#verbs = { place: makePlaceHold(ports), release: makeReleaseHold(ports), syncObjects }
  }

  async run(): Promise<number> {
    await inParallel(4, [...Array(this.size).keys()], async () => {
      const id = await this.#stage.record()
      this.#bytes.set(id, await this.#hashOf(id))
    })
    const over = new AbortController()
    const sweeping = Array.from({ length: SWEEPERS }, () => this.#sweepUntil(over.signal))
    await inParallel(HOLDERS, this.#shuffled(), (id) => this.#hold(id))
    over.abort()
    await Promise.all(sweeping)
    await this.#sweepOut()
    await this.#verify()
    const held = this.#holds.size
    await this.#releaseAll()
    return held
  }

  #shuffled(): string[] {
    const drawn = [...this.#bytes.keys()].map((id) => ({ id, place: this.#random() }))
    return drawn.toSorted((a, b) => a.place - b.place).map(({ id }) => id)
  }

  async #hold(id: string): Promise<void> {
    try {
      const request = {
        type: 'litigation',
        matterRef: 'L-1',
        reason: 'a race',
        futureMatching: false,
      } as const
      const { hold } = await this.#verbs.place(person('placer'), { ...request, scope: { recordings: [id] } })
      this.#holds.set(id, hold.id)
    } catch (error) {
      const lost = error instanceof Problem && ['destroyed', 'deletion_in_progress'].includes(error.code)
      if (!lost) throw error
    }
  }

  async #sweepUntil(over: AbortSignal): Promise<void> {
    const instance = await registerInstance(this.#stage.url)
    const sweep = this.#stage.sweeper({ instance, most: CLAIMS_PER_SWEEP })
    try {
      while (!over.aborted) {
        const { quarantined } = await sweep({ dryRun: false })
        if (quarantined.length === 0) await delay(IDLE_MS)
      }
    } finally {
      await instance.close()
    }
  }

  /** Everything that nothing holds goes, also what a sweep was refused for some minutes. */
  async #sweepOut(): Promise<void> {
    const sweep = this.#stage.sweeper()
    for (let i = 0; i < 3; i++) {
      await sweep({ dryRun: false })
      this.#stage.clock.advance(10 * 60_000)
    }
  }

  async #verify(): Promise<void> {
    for (const { id, status, hold_count, certificates } of await this.#rows()) {
      const isHeld = this.#holds.has(id)
      const isGone = status === 'destroyed'
      if (isHeld === isGone) this.broken.push(`${id}: held ${isHeld}, ${status}`)
      if (hold_count !== Number(isHeld)) this.broken.push(`${id}: held ${isHeld}, counted ${hold_count}`)
      if (certificates !== Number(isGone)) this.broken.push(`${id}: ${certificates} certificates, ${status}`)
    }
    await inParallel(4, [...this.#bytes], async ([id, bytes]) => {
      const now = this.#holds.has(id)
        ? await this.#hashOf(id).catch(String)
        : await leftIn(this.#stage.store, id)
      const expected = this.#holds.has(id) ? bytes : 0
      if (now !== expected) this.broken.push(`${id}: held ${this.#holds.has(id)}, in the store ${now}`)
    })
  }

  /** What was held is not lost to the normal way either. */
  async #releaseAll(): Promise<void> {
    for (const hold of this.#holds.values()) await this.#verbs.release(person('releaser'), hold, 'over')
    // Half of them, so that the sweep also meets releases that the store has not heard of.
    const told = [...this.#holds.keys()].filter(() => this.#random() < 0.5)
    await this.#verbs.syncObjects({ ids: told }, AbortSignal.timeout(60_000))
    await this.#sweepOut()
    for (const { id, status, certificates } of await this.#rows())
      if (status !== 'destroyed' || certificates !== 1)
        this.broken.push(`${id}: after its release ${status}, ${certificates} certificates`)
  }

  async #rows() {
    const { rows } = await sql<{ id: string; status: string; hold_count: number; certificates: number }>`
      select id, status, hold_count,
        (select count(*) from certificate where recording_id = recording.id) as certificates
      from recording where id = any(${[...this.#bytes.keys()]}::uuid[])`.execute(this.#stage.db)
    return rows
  }

  async #hashOf(id: string): Promise<string> {
    const key = renditionKey(id, 'original')
    const head = await this.#stage.store.head(key)
    const span = { offset: 0, length: head?.bytes ?? 0 }
    const bytes = await buffer(await this.#stage.store.open(key, span, AbortSignal.timeout(20_000)))
    return createHash('sha256').update(bytes).digest('hex')
  }
}
