import { readFileSync } from 'node:fs'

/** One contender: does one unit of work and says how many bytes it moved. */
export type Work = () => Promise<number>

export interface Rate {
  readonly perSecond: number
  readonly bytesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the observed process for one unit: steadier than the rate on a busy machine. */
  readonly cpuMs: number
}

export interface Round {
  readonly connections: number
  readonly seconds: number
  /** The process whose processor time is measured. */
  readonly pid?: number
  /** Waited for after each unit, outside of what is measured; only with one connection. */
  readonly rest?: () => Promise<void>
}

/** proc(5): clock ticks are 10 ms for every Linux that Node runs on. */
const TICK_MS = 10

/** Processor time of a process with all its threads so far. */
function cpuMsOf(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN
  const [user = '', system = ''] =
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11) ?? []
  return (Number(user) + Number(system)) * TICK_MS
}

/** Keeps `connections` units of work under way for the given time. */
export async function runFor(work: Work, { connections, seconds, pid, rest }: Round): Promise<Rate> {
  const durations: number[] = []
  let bytes = 0
  let rested = 0
  let cpuRested = 0
  const cpuBefore = cpuMsOf(pid)
  const started = performance.now()
  const end = started + seconds * 1000
  async function worker(): Promise<void> {
    while (performance.now() < end) {
      const begin = performance.now()
      // Not `bytes += await ...`, which forgets what the other workers added meanwhile.
      const moved = await work()
      bytes += moved
      durations.push(performance.now() - begin)
      if (rest) await pause(rest)
    }
  }
  async function pause(wait: () => Promise<void>): Promise<void> {
    const [since, cpuSince] = [performance.now(), cpuMsOf(pid)]
    await wait()
    rested += performance.now() - since
    cpuRested += cpuMsOf(pid) - cpuSince
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const elapsed = (performance.now() - started - rested) / 1000
  durations.sort((a, b) => a - b)
  return {
    perSecond: durations.length / elapsed,
    bytesPerSecond: bytes / elapsed,
    p50Ms: quantile(durations, 0.5),
    p99Ms: quantile(durations, 0.99),
    cpuMs: (cpuMsOf(pid) - cpuBefore - cpuRested) / durations.length,
  }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

export interface Comparison {
  readonly ours: readonly Rate[]
  readonly peer: readonly Rate[]
  /** Median over the rounds of ours / peer, each pair taken side by side. */
  readonly ratio: number
}

/** Ours and the peer by turns, so that a noisy neighbour disturbs both alike. */
export async function compare(
  ours: Work,
  peer: Work,
  measure: (rate: Rate) => number,
  { rounds, ...round }: Round & { rounds: number },
): Promise<Comparison> {
  await runFor(ours, { ...round, seconds: 2 })
  await runFor(peer, { ...round, seconds: 2 })
  const results = { ours: [] as Rate[], peer: [] as Rate[] }
  for (let index = 0; index < rounds; index += 1) {
    results.ours.push(await runFor(ours, round))
    results.peer.push(await runFor(peer, round))
  }
  const ratio = median(
    results.ours.map((rate, index) => measure(rate) / measure(results.peer[index] ?? rate)),
  )
  return { ...results, ratio }
}

export const medianOf = (rates: readonly Rate[], measure: (rate: Rate) => number): number =>
  median(rates.map(measure))
