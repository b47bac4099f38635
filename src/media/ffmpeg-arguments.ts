import type { ClaimedShape } from './claimed-shape.ts'
import type { EngineLimits, OutputSpec } from './engine.ts'
import type { Format } from './formats.ts'

/**
 * Where the source comes from. ffmpeg may use this one protocol for it and no other, so nothing that a file
 * refers to can be opened.
 */
export interface InputPlace {
  readonly protocol: 'pipe' | 'file'
  readonly url: string
}

/** Levels in front of every message tell damage from chatter; the rest is what the report is read from. */
const QUIET = ['-hide_banner', '-nostdin', '-y', '-loglevel', 'level+info', '-filter_threads', '1']
const ONE_THREAD = ['-threads', '1']
/** First sound only: no pictures, no text, and nothing that anybody wrote into the file about the call. */
const SOUND_ONLY = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1']
/** Without the name and version of the encoder: the same source gives the same bytes. */
const BIT_EXACT = ['-fflags', '+bitexact', '-flags:a', '+bitexact']

export const inputArguments = (format: Format, { protocol, url }: InputPlace): string[] => [
  ...QUIET,
  ...ONE_THREAD,
  ...['-protocol_whitelist', protocol, '-format_whitelist', format.demuxerNames],
  ...['-codec_whitelist', format.decoders.join(',')],
  ...['-f', format.demuxer, '-i', `${protocol}:${url}`],
]

export interface OutputPlace {
  readonly url: string
  readonly shape: ClaimedShape
  readonly limits: Pick<EngineLimits, 'maxSeconds' | 'outputBytes'>
}

/**
 * Everything for one output. One second more than is allowed is let through, which shows that there was more.
 * Times are counted in decoded samples, so that gaps and jumps which a file claims change nothing.
 */
export function outputArguments(spec: OutputSpec, { url, shape, limits }: OutputPlace): string[] {
  const { format, options } = encoding(spec, shape)
  const filters = [
    ...['asetpts=N/SR/TB', 'aformat=channel_layouts=mono|stereo', spec.filter],
    format && `aformat=${format}`,
  ]
  return [
    ...SOUND_ONLY,
    ...['-af', filters.filter(Boolean).join(',')],
    ...['-t', String(limits.maxSeconds + 1)],
    ...(spec.kind === 'pcm' ? [] : ['-fs', String(limits.outputBytes)]),
    ...ONE_THREAD,
    ...BIT_EXACT,
    ...options,
    url,
  ]
}

/**
 * FLAC for a stream, with as many channels and as fine as the source: it takes the original's place. The filter
 * still sees the times that the source gives: a sender who names a part of a call may count by those.
 */
export const convertArguments = (
  format: Format,
  filter: string,
  maxSeconds: number,
  url: string,
): string[] => [
  ...SOUND_ONLY,
  ...['-af', `${filter},asetpts=N/SR/TB${format.mayBeFine ? '' : ',aformat=sample_fmts=s16'}`],
  ...['-t', String(maxSeconds + 1)],
  ...ONE_THREAD,
  ...BIT_EXACT,
  ...['-c:a', 'flac', '-f', 'flac', url],
]

interface Encoding {
  /** What the encoder wants to be given. */
  readonly format?: string | undefined
  readonly options: readonly string[]
}

function encoding(spec: OutputSpec, shape: ClaimedShape): Encoding {
  switch (spec.kind) {
    case 'pcm':
      return { format: layout(spec.channels), options: ['-c:a', 'pcm_s16le', '-f', 'wav'] }
    case 'flac':
      return { options: ['-c:a', 'flac', '-f', 'flac'] }
    case 'm4a':
      return {
        format: [layout(spec.channels), RATES].filter(Boolean).join(':'),
        options: [
          ...['-c:a', 'aac', '-b:a', String(bitRate(spec.channels ?? shape.channels, shape.sampleRate))],
          ...(spec.title === undefined ? [] : ['-metadata', `title=${spec.title}`]),
          ...['-movflags', '+faststart', '-f', 'ipod'],
        ],
      }
  }
}

/** What every browser decodes; ffmpeg takes the nearest one to the source's. */
const RATES = 'sample_rates=8000|11025|12000|16000|22050|24000|32000|44100|48000'

const layout = (channels: 1 | 2 | undefined): string | undefined =>
  channels && `channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`

/** In bit/s. Up to 16 kHz there are only voices in it. */
const bitRate = (channels: number, sampleRate: number): number =>
  channels * (sampleRate <= 16_000 ? 32_000 : 64_000)
