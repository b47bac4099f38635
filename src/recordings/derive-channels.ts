import { EngineError, type OutputSpec } from '../media/engine.ts'
import { channelFilter, mixFilter } from '../media/filters.ts'
import type { AudioTask } from './audio-task.ts'
import type { DerivePorts } from './derive-playback.ts'
import { findSource } from './rendition-queries.ts'
import { openSource } from './source-audio.ts'

const PARTS = [
  { name: 'mix', filter: mixFilter() },
  { name: 'channel1', filter: channelFilter(1) },
  { name: 'channel2', filter: channelFilter(2) },
] as const

/** Makes of a call with two channels what is for one ear: both parties together, and each of them alone. */
export function makeDeriveChannels({
  db,
  engine,
  readPlain,
  storeRenditions,
}: Omit<DerivePorts, 'clock'>): AudioTask {
  return async function deriveChannels(recordingId, signal) {
    const source = await findSource(db, recordingId)
    if (source?.channels !== 2 || PARTS.every(({ name }) => source.made.includes(name))) return 'done'
    const outputs = PARTS.map(({ filter }): OutputSpec => ({ kind: 'm4a', filter, channels: 1 }))
    const body = await openSource(readPlain, source, signal)
    const request = { source: body, mediaType: source.mediaType, outputs }
    const made = await engine.transcode(request, signal).catch(hopelessOrThrow)
    if (made instanceof EngineError) return { park: made.kind }
    await using files = new AsyncDisposableStack()
    for (const file of made.files) files.use(file)
    const renditions = made.files.flatMap((file, at) => {
      const name = PARTS[at]?.name
      return name ? [{ name, mediaType: file.mediaType, open: () => file.open() }] : []
    })
    await storeRenditions({ source, renditions }, signal)
    return 'done'
  }
}

/** It could be decoded before, so hardly ever; but then trying again would not help. */
function hopelessOrThrow(error: unknown): EngineError {
  if (error instanceof EngineError && (error.kind === 'undecodable' || error.kind === 'limits')) return error
  throw error
}
