import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { SECOND } from '../kernel/units.ts'
import { makeReplayDestructions } from '../recordings/replay-destructions.ts'
import { ObjectStoreError } from '../storage/object-store.ts'
import type { Foundation } from './foundation.ts'
import { composePurge } from './purge.ts'

const RETRY_MS = 5 * SECOND

/**
 * Before anybody is served: destroys again what a restored backup brought back. While the store cannot be
 * reached nobody can tell what that is, so the start waits for it.
 */
export async function replayAtStart(
  foundation: Foundation,
  config: Config,
  signal: AbortSignal,
): Promise<void> {
  const replay = makeReplayDestructions({ ...foundation, purge: composePurge(foundation, config) })
  for (;;) {
    signal.throwIfAborted()
    try {
      await replay()
      return
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error
      foundation.logger.warn('waiting for the list of destructions', { error })
      await delay(RETRY_MS, undefined, { signal })
    }
  }
}
