import { EngineError } from './engine.ts'

/** Says when work has to end, with an EngineError as its reason. Disposing of it lets go of clock and caller. */
export interface WorkSignal extends Disposable {
  readonly signal: AbortSignal
}

/** Ends with the caller's own signal, and when the time is up. `wallMs`: undefined for no limit. */
export function workSignal(outer: AbortSignal, wallMs?: number): WorkSignal {
  const ending = new AbortController()
  const giveUp = () => ending.abort(new EngineError('aborted', 'the work was given up', outer.reason))
  const tooLong = () => ending.abort(new EngineError('limits', 'takes longer than it may'))
  outer.addEventListener('abort', giveUp, { once: true })
  if (outer.aborted) giveUp()
  const timer = wallMs === undefined ? undefined : setTimeout(tooLong, wallMs)
  return {
    signal: ending.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      outer.removeEventListener('abort', giveUp)
    },
  }
}
