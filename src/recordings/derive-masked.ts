import { randomInt } from 'node:crypto'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import type { OutputSpec } from '../media/engine.ts'
import { beepFilter, chain, cutFilter, maskFilter, silenceFilter } from '../media/filters.ts'
import type { AudioTask } from './audio-task.ts'
import { findTrainingFacts, type TrainingFacts } from './expire-masked-queries.ts'
import { findSource, type SourceAudio } from './rendition-queries.ts'
import { onChannels, type Span, sameSpans } from './span-list.ts'
import { findSpans } from './span-queries.ts'
import type { StoreRenditions } from './store-rendition.ts'
import { trainingUse } from './training-use.ts'
import { type TranscodePorts, transcodeSource } from './transcode-source.ts'

export interface DeriveMaskedPorts extends TranscodePorts {
  readonly db: Database
  readonly clock: Clock
  readonly storeRenditions: StoreRenditions
  /** From 0 up to 1, not to be foreseen. */
  readonly random?: () => number
}

/**
 * How far voices are moved: far enough that they are not recognised at once, near enough that words stay clear.
 * Which way and how far is drawn for each recording and kept nowhere.
 */
const DEEPER = [0.8, 0.87] as const
const HIGHER = [1.18, 1.28] as const

/**
 * Makes what training hears of a call: silenced parts stay silent, beeped ones are beeped, and every voice is
 * moved in pitch and formants, the two parties of a two-channel call in opposite directions. The result is
 * still personal data (a voice is more than its pitch, and the words are all there) and is called masked.
 */
export function makeDeriveMasked(ports: DeriveMaskedPorts): AudioTask {
  const { db, clock, storeRenditions, random = secretRandom } = ports

  async function isWanted(connection: Connection, id: string): Promise<boolean> {
    const facts = await findTrainingFacts(connection, id)
    return facts !== undefined && mayBeMasked(facts) && trainingUse(facts, clock.now()) === 'allowed'
  }

  return async function deriveMasked(recordingId, signal) {
    if (!(await isWanted(db, recordingId))) return 'done'
    const source = await findSource(db, recordingId)
    const { beeps } = await findSpans(db, recordingId)
    const output = source && maskedOutput(source, beeps, random)
    if (!output) return 'done'
    const made = await transcodeSource(ports, source, [output], signal)
    if ('park' in made) return made
    await using files = new AsyncDisposableStack()
    const renditions = made.files.map((file) => {
      files.use(file)
      return { name: 'masked', mediaType: file.mediaType, open: () => file.open() } as const
    })
    /** Somebody may have changed the list, or the purpose may have ended, while this was being made. */
    const alongside = async (tx: Tx): Promise<boolean> =>
      (await isWanted(tx, recordingId)) && sameSpans((await findSpans(tx, recordingId)).beeps, beeps)
    await storeRenditions({ source, renditions, alongside }, signal)
    return 'done'
  }
}

const mayBeMasked = ({ status, restricted }: TrainingFacts): boolean =>
  !restricted && (status === 'available' || status === 'unlinked')

/** Undefined as long as nobody has decoded the original: whoever does asks for this again. */
export function maskedOutput(
  source: Pick<SourceAudio, 'channels' | 'sampleRate' | 'silence'>,
  beeps: readonly Span[],
  random: () => number,
): OutputSpec | undefined {
  const { channels: found, sampleRate, silence } = source
  if (found === null || sampleRate === null) return undefined
  const channels = found === 1 ? 1 : 2
  const spans = onChannels(beeps, found)
  const filter = chain(
    // Taken out before voices are moved, because that smears a little of each moment over its neighbours. What was
    // silenced is silent in the original; once is enough, also for what a program may be told in one argument.
    cutFilter(spans),
    maskFilter({ channels, factors: drawFactors(channels, random), sampleRate }),
    silenceFilter(silence),
    beepFilter(spans),
  )
  return { kind: 'm4a', channels, filter, title: 'masked' }
}

/** One factor for each party; with two they go in opposite directions, so that they stay apart. */
export function drawFactors(channels: 1 | 2, random: () => number): readonly number[] {
  const between = ([least, most]: readonly [number, number]): number => least + random() * (most - least)
  const factors = [between(DEEPER), between(HIGHER)]
  return (random() < 0.5 ? factors : factors.toReversed()).slice(0, channels)
}

const STEPS = 2 ** 40
const secretRandom = (): number => randomInt(STEPS) / STEPS
