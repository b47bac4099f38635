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
  readonly format: Format
  readonly shape: ClaimedShape
  readonly limits: Pick<EngineLimits, 'maxSeconds' | 'outputBytes'>
}

/** From here on times are counted in samples, whatever the file claims. */
const COUNTED = 'asetpts=N/SR/TB'
/**
 * Silence where packets are missing (lost on the network, or not sent because nobody spoke), so that what follows
 * stays in its place. A jump of more than a minute is no pause but damage and closed up, one back as well: the
 * expression keeps the shift in 0 and the time at which the next piece is expected in 2.
 */
const FILLED = [
  "asetpts='st(1,clip(PTS-ld(0),ld(2)-SR,ld(2)+60*SR));st(0,PTS-ld(1));st(2,ld(1)+S);ld(1)'",
  'aresample=async=1:min_hard_comp=0.03',
]

const timeline = ({ hasTimes }: Format): string[] => (hasTimes ? [...FILLED, COUNTED] : [COUNTED])

/** Everything for one output. One second more than is allowed is let through, which shows that there was more. */
export function outputArguments(spec: OutputSpec, { url, format, shape, limits }: OutputPlace): string[] {
  const { layout, options } = encoding(spec, shape)
  const filters = [
    ...[...timeline(format), 'aformat=channel_layouts=mono|stereo', spec.filter],
    layout && `aformat=${layout}`,
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
  readonly layout?: string | undefined
  readonly options: readonly string[]
}

function encoding(spec: OutputSpec, shape: ClaimedShape): Encoding {
  switch (spec.kind) {
    case 'pcm':
      return { layout: layoutOf(spec.channels), options: ['-c:a', 'pcm_s16le', '-f', 'wav'] }
    case 'flac':
      return { options: ['-c:a', 'flac', '-f', 'flac'] }
    case 'm4a':
      return {
        layout: [layoutOf(spec.channels), RATES].filter(Boolean).join(':'),
        options: [
          ...['-c:a', 'aac', '-b:a', String(bitRate(spec.channels ?? shape.channels, shape.sampleRate))],
          ...(spec.title === undefined ? [] : ['-metadata', `title=${spec.title}`]),
          ...PACKETS_IN_A_ROW,
          ...['-movflags', '+faststart', '-f', 'ipod'],
        ],
      }
  }
}

/**
 * Packets of 1,024 samples, of which the first is the encoder's own lead-in. Said outright, because where a source
 * changes its form in between, filters begin again at 0 and so would the times.
 */
const PACKETS_IN_A_ROW = ['-bsf:a', 'setts=ts=(N-1)*1024']

/** What every browser decodes; ffmpeg takes the nearest one to the source's. */
const RATES = 'sample_rates=8000|11025|12000|16000|22050|24000|32000|44100|48000'

const layoutOf = (channels: 1 | 2 | undefined): string | undefined =>
  channels && `channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`

/** In bit/s. Up to 16 kHz there are only voices in it. */
const bitRate = (channels: number, sampleRate: number): number =>
  channels * (sampleRate <= 16_000 ? 32_000 : 64_000)
