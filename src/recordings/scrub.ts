import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { inParallel } from '../kernel/in-parallel.ts'
import { DAY, HOUR } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ScrubOne, ScrubOutcome } from './scrub-one.ts'
import { daysAtFullRate, makePace, type ScrubTerms, type Stock, scrubShare } from './scrub-pace.ts'
import { checkedLongestAgo, countStock, type StoredFile, storedInOrder } from './scrub-queries.ts'

export interface ScrubPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly scrubOne: ScrubOne
  /** Told what became of every rendition that was looked at. */
  readonly report: (outcome: ScrubOutcome, rendition: StoredFile) => void
}

export interface ScrubCount {
  readonly checked: number
  /** As stored, of what was checked. */
  readonly bytes: number
}

/** Counting takes a look at every row, and how much there is changes slowly. */
const STOCK_FOR_MS = HOUR
const PAGE = 100
/** Damage is looked at again this often: somebody may have put the right bytes back. */
const DAMAGED_AGAIN_MS = DAY
/** What could not be read, or is being changed, is left for so long and keeps nothing else from its turn. */
const ASIDE_MS = HOUR
/** Then it is not one object but the store that does not answer. */
const FAILURES_IN_A_ROW = 3
/** What is younger than this part of the days is not due; the rest is for runs that were missed. */
const DUE_AFTER = 0.9

/**
 * Makes the regular check: each run takes its share of what was checked longest ago, at a bounded rate. What
 * is later than the days goes first and beyond the share. Ends early when the store does not answer.
 */
export function makeScrub(ports: ScrubPorts, terms: ScrubTerms) {
  const stock = remembered(ports, () => countStock(ports.db))
  const aside = new Map<string, number>()
  const period = terms.days * DAY

  return async function scrub(signal: AbortSignal): Promise<ScrubCount> {
    const total = await stock()
    warnIfTooMuch(ports.logger, total, terms)
    const share = scrubShare(total, terms)
    const run = new Run(ports, signal, makePace(terms.bytesPerSecond))
    const before = (ms: number) => new Date(ports.clock.now().getTime() - ms)
    const due = before(period * DUE_AFTER)
    const hasRoom = () => !run.isStuck && run.count.bytes < share.bytes
    const isTurn = ({ checkedAt }: StoredFile) =>
      run.count.checked < share.renditions && (checkedAt === null || checkedAt <= due)
    await checkEach(ports, run, aside, { checkedBefore: before(period) }, hasRoom)
    await checkEach(ports, run, aside, {}, (rendition) => hasRoom() && isTurn(rendition))
    return run.count
  }
}

/** Checks what waits longest until it is told to stop; puts aside what settled nothing. */
async function checkEach(
  ports: ScrubPorts,
  run: Run,
  aside: Map<string, number>,
  which: { readonly checkedBefore?: Date },
  goesOn: (rendition: StoredFile) => boolean,
): Promise<void> {
  for await (const rendition of waiting(ports, aside, which)) {
    if (!goesOn(rendition)) return
    if (!(await run.check(rendition))) aside.set(nameOf(rendition), ports.clock.now().getTime())
  }
}

/** Longest waiting first; page by page, because what was checked leaves the front of the queue. */
async function* waiting(
  { db, clock }: ScrubPorts,
  aside: Map<string, number>,
  which: { readonly checkedBefore?: Date },
): AsyncGenerator<StoredFile> {
  const now = clock.now().getTime()
  for (const [name, since] of aside) if (now - since >= ASIDE_MS) aside.delete(name)
  const seenBefore = new Date(now - DAMAGED_AGAIN_MS)
  for (;;) {
    const page = await checkedLongestAgo(db, { limit: PAGE + aside.size, seenBefore, ...which })
    const fresh = page.filter((one) => !aside.has(nameOf(one)))
    if (fresh.length === 0) return
    yield* fresh
  }
}

const nameOf = ({ recordingId, name }: StoredFile): string => `${recordingId} ${name}`

function remembered({ clock }: ScrubPorts, read: () => Promise<Stock>): () => Promise<Stock> {
  let known: { readonly stock: Stock; readonly at: number } | undefined
  return async () => {
    const at = clock.now().getTime()
    if (!known || Math.abs(at - known.at) > STOCK_FOR_MS) known = { stock: await read(), at }
    return known.stock
  }
}

function warnIfTooMuch(logger: Logger, stock: Stock, terms: ScrubTerms): void {
  const days = Math.ceil(daysAtFullRate(stock, terms))
  if (days > terms.days)
    logger.warn('reading everything again takes longer than SCRUB_DAYS', { days, wanted: terms.days })
}

export interface ScrubAllRequest {
  readonly onProgress?: (done: ScrubCount, total: Stock) => void
}

export type ScrubAll = (signal: AbortSignal, request?: ScrubAllRequest) => Promise<ScrubCount>

const PARALLEL = 4

/** Makes the check of everything now, as fast as the store gives it. Throws when the store does not answer. */
export function makeScrubAll(ports: ScrubPorts): ScrubAll {
  return async function scrubAll(signal, { onProgress } = {}) {
    const total = await countStock(ports.db)
    const run = new Run(ports, signal)
    for await (const page of storedInOrder(ports.db)) {
      // One recording has one turn: its files come one after the other.
      const recordings = [...Map.groupBy(page, ({ recordingId }) => recordingId).values()]
      await inParallel(PARALLEL, recordings, async (files) => {
        for (const file of files) {
          signal.throwIfAborted()
          await run.check(file)
          if (run.isStuck) throw run.failure
          onProgress?.(run.count, total)
        }
      })
    }
    return run.count
  }
}

/** Checks one after the other, or some at a time, and counts. */
class Run {
  readonly #ports: ScrubPorts
  readonly #signal: AbortSignal
  readonly #pace: ReturnType<typeof makePace> | undefined
  #checked = 0
  #bytes = 0
  #failures = 0
  failure: unknown

  constructor(ports: ScrubPorts, signal: AbortSignal, pace?: ReturnType<typeof makePace>) {
    this.#ports = ports
    this.#signal = signal
    this.#pace = pace
  }

  /** False when nothing is settled: it could not be read, or somebody is at it. */
  async check(rendition: StoredFile): Promise<boolean> {
    const { scrubOne, logger, report } = this.#ports
    const outcome = await scrubOne(rendition, this.#signal, this.#pace)
    report(outcome, rendition)
    if (outcome.kind === 'unchecked') {
      const { recordingId, name } = rendition
      logger.warn('a stored object could not be checked', {
        ...{ recordingId, rendition: name, error: outcome.error },
      })
      this.failure = outcome.error
      this.#failures += 1
      return false
    }
    this.#failures = 0
    this.#checked += 1
    this.#bytes += rendition.cipherBytes
    return outcome.kind !== 'passed'
  }

  get isStuck(): boolean {
    return this.#failures >= FAILURES_IN_A_ROW
  }

  get count(): ScrubCount {
    return { checked: this.#checked, bytes: this.#bytes }
  }
}
