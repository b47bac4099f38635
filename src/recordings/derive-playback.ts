import { Readable } from 'node:stream'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { SECOND } from '../kernel/units.ts'
import { type DecodedFacts, EngineError, type MadeFile } from '../media/engine.ts'
import { encodeWaveform } from '../media/waveform-file.ts'
import { type SeenSound, waveformSink } from '../media/waveform-sink.ts'
import type { AudioTask } from './audio-task.ts'
import { queueWork } from './audio-work-queries.ts'
import { NO_AUDIO, shortfallOf } from './playability.ts'
import {
  findSource,
  lockStorable,
  markUnplayable,
  type NewFacts,
  readWishes,
  type SourceAudio,
  storeFacts,
} from './rendition-queries.ts'
import type { StoreRenditions } from './store-rendition.ts'
import { type TranscodePorts, transcodeSource } from './transcode-source.ts'

export interface DerivePorts extends TranscodePorts {
  readonly db: Database
  readonly clock: Clock
  readonly storeRenditions: StoreRenditions
}

/**
 * Decodes an original once and makes of it what a player needs: what it really is, its waveform, and a
 * rendition that every browser plays. What cannot be decoded stays as it came, and says why nobody hears it.
 */
export function makeDerivePlayback(ports: DerivePorts): AudioTask {
  return async function derivePlayback(recordingId, signal) {
    const source = await findSource(ports.db, recordingId)
    if (!source || (source.channels !== null && source.made.includes('playback'))) return 'done'
    const decoded = await decode(ports, source, signal)
    if ('park' in decoded) {
      await ports.db.transaction().execute((tx) => giveUp(tx, source, decoded.park, ports.clock.now()))
      return decoded
    }
    await using _file = decoded.file
    const facts = factsOf(decoded, source)
    await ports.storeRenditions(
      {
        source,
        renditions: [
          {
            name: 'waveform',
            mediaType: 'application/octet-stream',
            open: () => Readable.from([encodeWaveform(decoded.sound.waveform)]),
          },
          { name: 'playback', mediaType: decoded.file.mediaType, open: () => decoded.file.open() },
        ],
        alongside: (tx) => makeAudible(tx, recordingId, facts, ports.clock.now()),
      },
      signal,
    )
    return 'done'
  }
}

interface Decoded {
  readonly sound: SeenSound
  readonly facts: DecodedFacts
  readonly file: MadeFile
}

async function decode(
  ports: DerivePorts,
  source: SourceAudio,
  signal: AbortSignal,
): Promise<Decoded | { readonly park: string }> {
  const sink = waveformSink()
  const made = await transcodeSource(
    ports,
    source,
    [{ kind: 'pcm', to: sink.stream }, { kind: 'm4a' }],
    signal,
  )
  if ('park' in made) return made
  const [file] = made.files
  if (!file) throw new EngineError('failed', 'the engine made no file')
  const sound = sink.seen()
  if (sound.frames > 0) return { sound, facts: made.facts, file }
  await file[Symbol.asyncDispose]()
  return { park: NO_AUDIO }
}

function factsOf({ sound, facts }: Decoded, source: SourceAudio): NewFacts {
  const { frames, waveform } = sound
  const durationMs = Math.round((frames / waveform.sampleRate) * SECOND)
  return {
    ...{ codec: facts.codec, channels: facts.channels, sampleRate: facts.sampleRate, durationMs },
    warning: facts.isDamaged ? 'damaged' : shortfallOf(durationMs / SECOND, source.callSeconds),
  }
}

/** In the transaction that makes the renditions known: what they show, and what is to be made next. */
async function makeAudible(tx: Tx, id: string, facts: NewFacts, now: Date): Promise<boolean> {
  await storeFacts(tx, id, facts, now)
  const wishes = await readWishes(tx, id)
  if (facts.channels === 2) await queueWork(tx, id, 'channels', now)
  if (wishes.training) await queueWork(tx, id, 'masked', now)
  if (wishes.cuts) await queueWork(tx, id, 'copy', now)
  await appendAudit(tx, {
    ...{ type: 'recording.decoded', action: 'U', outcome: 'ok', at: now, actor: null, recordingId: id },
    detail: { ...facts },
  })
  return true
}

async function giveUp(tx: Tx, source: SourceAudio, reason: string, now: Date): Promise<void> {
  const id = source.recordingId
  const row = await lockStorable(tx, id)
  // Whoever replaced the original asked for the new one to be decoded.
  if (!row?.originalSha256?.equals(source.sha256)) return
  await markUnplayable(tx, id, reason)
  await appendAudit(tx, {
    ...{ type: 'recording.unplayable', action: 'U', outcome: 'error', code: reason, at: now, actor: null },
    recordingId: id,
  })
}
