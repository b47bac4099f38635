import type { Writable } from 'node:stream'
import { MIB, SECOND } from '../kernel/units.ts'
import type { ScrubCount } from '../recordings/scrub.ts'
import type { Stock } from '../recordings/scrub-pace.ts'

const REDRAW_MS = 250
const LINE_MS = 10 * SECOND

export interface ScrubProgress extends Disposable {
  readonly show: (done: ScrubCount, total: Stock) => void
}

/** Tells how far a scrub is: on a terminal one line that changes, now and then a line anywhere else. */
export function openScrubProgress(stderr: Writable): ScrubProgress {
  const isTerminal = (stderr as Writable & { isTTY?: boolean }).isTTY === true
  const startedAt = performance.now()
  let text = ''
  let nextAt = startedAt
  const write = () => stderr.write(isTerminal ? `\r${text}\x1b[K` : `${text}\n`)
  return {
    show(done, total) {
      const now = performance.now()
      text = scrubText(done, total, now - startedAt)
      if (now < nextAt) return
      nextAt = now + (isTerminal ? REDRAW_MS : LINE_MS)
      write()
    },
    [Symbol.dispose]() {
      if (text !== '') write()
      if (isTerminal) stderr.write('\n')
    },
  }
}

/** The numbers in words. What arrives while it runs is checked too, so it may end beyond the total. */
export function scrubText(done: ScrubCount, total: Stock, elapsedMs: number): string {
  const rate = done.bytes / MIB / (Math.max(elapsedMs, 1) / SECOND)
  const share = total.bytes > 0 ? Math.min(100, Math.floor((done.bytes / total.bytes) * 100)) : 100
  return `${done.checked} of ${total.renditions} files, ${share} %, ${rate.toFixed(1)} MiB/s`
}
