import type { OutputSpec } from '../media/engine.ts'
import { channelFilter, mixFilter } from '../media/filters.ts'
import type { AudioTask } from './audio-task.ts'
import type { DerivePorts } from './derive-playback.ts'
import { findSource } from './rendition-queries.ts'
import { transcodeSource } from './transcode-source.ts'

const PARTS = [
  { name: 'mix', filter: mixFilter() },
  { name: 'channel1', filter: channelFilter(1) },
  { name: 'channel2', filter: channelFilter(2) },
] as const

/** Makes of a call with two channels what is for one ear: both parties together, and each of them alone. */
export function makeDeriveChannels(ports: Omit<DerivePorts, 'clock'>): AudioTask {
  const outputs = PARTS.map(({ filter }): OutputSpec => ({ kind: 'm4a', filter, channels: 1 }))

  return async function deriveChannels(recordingId, signal) {
    const source = await findSource(ports.db, recordingId)
    if (source?.channels !== 2 || PARTS.every(({ name }) => source.made.includes(name))) return 'done'
    const made = await transcodeSource(ports, source, outputs, signal)
    if ('park' in made) return made
    await using files = new AsyncDisposableStack()
    const renditions = made.files.flatMap((file, at) => {
      files.use(file)
      const name = PARTS[at]?.name
      return name ? [{ name, mediaType: file.mediaType, open: () => file.open() }] : []
    })
    await ports.storeRenditions({ source, renditions }, signal)
    return 'done'
  }
}
