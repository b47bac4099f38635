import type { IncomingMessage } from 'node:http'

export interface MinimumRate {
  readonly bytesPerSecond: number
  /** Over how long the rate is averaged. */
  readonly windowMs: number
}

const SAMPLES_PER_WINDOW = 30

/**
 * Calls `tooSlow` once the sender stays below a minimum rate for one window: the defence against
 * slow-loris bodies that, unlike a limit on the whole request, never cuts an upload that progresses.
 * Only time in which we were willing to read counts: a slow store is not the sender's fault.
 * Stops by itself when the body has ended. Must be called before the body starts to flow.
 */
export function watchRate(req: IncomingMessage, rate: MinimumRate, tooSlow: () => void): void {
  const sampleMs = rate.windowMs / SAMPLES_PER_WINDOW
  const floor = (rate.bytesPerSecond * rate.windowMs) / 1000
  let samples = 0
  let bytes = 0
  const timer = setInterval(() => {
    if (req.isPaused()) return
    samples += 1
    if (samples < SAMPLES_PER_WINDOW) return
    if (bytes < floor) {
      stop()
      tooSlow()
    }
    samples = 0
    bytes = 0
  }, sampleMs)
  timer.unref()
  const stop = () => clearInterval(timer)
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  req.once('end', stop)
  req.once('close', stop)
}
