import { z } from 'zod'
import { SECOND } from '../kernel/units.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { MediaRow } from './media-queries.ts'
import { isUnplayableReason } from './playability.ts'

export const MediaSchema = z
  .strictObject({
    state: z.enum(['waiting', 'ready', 'unplayable', 'parked', 'originals_only']).meta({
      description: `waiting: it is being made ready; unplayable: nobody can hear what was sent in; parked: making
it ready has failed, and somebody has to look; originals_only: nothing is made of it, the original is there`,
    }),
    reason: z.string().optional().meta({ description: 'Why it is unplayable or parked; a code' }),
    warning: z
      .string()
      .optional()
      .meta({ description: 'What is wrong with it although it plays: damaged, shorter_than_call' }),
    codec: z
      .string()
      .optional()
      .meta({ description: 'Of the original, as decoding showed; like the next three' }),
    channels: z.int().optional(),
    sampleRate: z.int().optional().meta({ description: 'In hertz' }),
    durationSeconds: z.number().optional(),
    renditions: z
      .array(z.enum(['original', 'playback', 'mix', 'channel1', 'channel2', 'masked', 'copy']))
      .meta({ description: 'What there is to be heard' }),
  })
  .meta({ id: 'Media' })

export type MediaJson = z.input<typeof MediaSchema>

/** `training`: whether training may use the recording now; only then anybody hears its masked rendition. */
export function presentMedia(row: MediaRow, training: boolean): MediaJson {
  const { facts, made } = row
  return {
    ...stateOf(row),
    ...(facts && {
      ...(facts.warning === null ? {} : { warning: facts.warning }),
      codec: facts.codec,
      channels: facts.channels,
      sampleRate: facts.sampleRate,
      durationSeconds: facts.durationMs / SECOND,
    }),
    renditions: made.filter(isSound).filter((name) => training || name !== 'masked'),
  }
}

/** What is taken out of it comes first: until then nobody hears anything of it. */
function stateOf({ facts, work, made }: MediaRow): Pick<MediaJson, 'state' | 'reason'> {
  const isReady = facts !== null && made.includes('playback')
  const redaction = work.find(({ kind }) => kind === 'redact')
  const open = redaction ?? (isReady ? undefined : work[0])
  if (open?.state === 'waiting') return { state: 'waiting' }
  if (!open) return { state: isReady ? 'ready' : 'originals_only' }
  const state = open.kind === 'playback' && isUnplayableReason(open.reason) ? 'unplayable' : 'parked'
  return { state, ...(open.reason === null ? {} : { reason: open.reason }) }
}

const isSound = (name: RenditionName): name is Exclude<RenditionName, 'waveform'> => name !== 'waveform'
