import type { Writable } from 'node:stream'
import { MIB, MINUTE, SECOND } from '../kernel/units.ts'
import type { RowOutcome } from '../recordings/import.ts'

/** Tells how far an import is: a bar on a terminal, now and then a line anywhere else. */
export interface ImportProgress extends Disposable {
  count(outcome: RowOutcome): void
  /** Prints a line beside the bar. */
  say(text: string): void
}

const REDRAW_MS = 250
const LINE_MS = 10 * SECOND
const BAR_CELLS = 24

/** What has been counted so far; times in milliseconds of one monotonic clock. */
export interface ImportCount {
  readonly rows: number
  readonly imported: number
  readonly there: number
  readonly refused: number
  readonly bytes: number
  /** How much of the manifest is behind us, 0 to 1. */
  readonly share: number
  /** Where and when the first row was imported: those that were there, or are refused, take no time. */
  readonly from: { readonly share: number; readonly at: number }
  readonly now: number
}

export function openProgress(stderr: Writable, manifestBytes: number): ImportProgress {
  const isTerminal = (stderr as Writable & { isTTY?: boolean }).isTTY === true
  const count = { rows: 0, imported: 0, there: 0, refused: 0, bytes: 0, share: 0 }
  let from = { share: 0, at: performance.now() }
  let furthest = 0

  const show = (): void => {
    const text = progressText({ ...count, from, now: performance.now() })
    stderr.write(isTerminal ? `\r${bar(count.share)} ${text}\x1b[K` : `${text}\n`)
  }
  const timer = setInterval(show, isTerminal ? REDRAW_MS : LINE_MS)
  return {
    count({ row, result, bytes }) {
      furthest = Math.max(furthest, row.endsAt)
      count.rows += 1
      count[result] += 1
      count.bytes += bytes
      count.share = manifestBytes > 0 ? Math.min(1, furthest / manifestBytes) : 1
      if (count.imported === 0) from = { share: count.share, at: performance.now() }
    },
    say(text) {
      stderr.write(isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      show()
      if (isTerminal) stderr.write('\n')
    },
  }
}

function bar(share: number): string {
  const full = Math.round(share * BAR_CELLS)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`
}

/** The numbers in words, as a person reads them. */
export function progressText(count: ImportCount): string {
  const { rows, imported, there, refused, bytes, share, from, now } = count
  const seconds = Math.max(now - from.at, 1) / SECOND
  const counts = `${rows} rows: ${imported} imported, ${there} there already, ${refused} refused`
  const rate = `${(imported / seconds).toFixed(1)} imported/s, ${(bytes / MIB / seconds).toFixed(1)} MiB/s`
  const done = share - from.share
  const left = done > 0 && share < 1 ? `, about ${duration(((now - from.at) * (1 - share)) / done)} left` : ''
  return `${counts}; ${rate}${left}`
}

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE)
  if (minutes < 1) return 'a minute'
  if (minutes < 120) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
