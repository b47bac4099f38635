import type { Database, Tx } from '../db/database.ts'
import { cutFilter } from '../media/filters.ts'
import type { AudioTask } from './audio-task.ts'
import { findSource } from './rendition-queries.ts'
import { onChannels, sameSpans } from './span-list.ts'
import { findSpans } from './span-queries.ts'
import type { StoreRenditions } from './store-rendition.ts'
import { type TranscodePorts, transcodeSource } from './transcode-source.ts'

export interface DeriveCopyPorts extends TranscodePorts {
  readonly db: Database
  readonly storeRenditions: StoreRenditions
}

/**
 * Makes the copy for the member when parts of the call concern somebody else (Art. 15(4) GDPR): everything as
 * it was recorded, on the same channels and without loss, and silence where something is cut.
 */
export function makeDeriveCopy(ports: DeriveCopyPorts): AudioTask {
  const { db, storeRenditions } = ports
  return async function deriveCopy(recordingId, signal) {
    const { cuts } = await findSpans(db, recordingId)
    const source = await findSource(db, recordingId)
    if (cuts.length === 0 || !source) return 'done'
    const filter = cutFilter(onChannels(cuts, source.channels))
    const made = await transcodeSource(ports, source, [{ kind: 'flac', filter }], signal)
    if ('park' in made) return made
    await using files = new AsyncDisposableStack()
    const renditions = made.files.map((file) => {
      files.use(file)
      return { name: 'copy', mediaType: file.mediaType, open: () => file.open() } as const
    })
    /** Somebody may have changed the list while this was being made. */
    const alongside = async (tx: Tx): Promise<boolean> =>
      sameSpans((await findSpans(tx, recordingId)).cuts, cuts)
    await storeRenditions({ source, renditions, alongside }, signal)
    return 'done'
  }
}
