import { EngineError } from './engine.ts'

/** How one kind of file is decoded: by which demuxer, and with which decoders at most. */
export interface Format {
  /** Forced (`-f`), so that what a file contains cannot choose another one. */
  readonly demuxer: string
  /** Every name that the demuxer goes by; ffmpeg's white list wants to see all of them. */
  readonly demuxerNames: string
  /** Names of decoders; those that a build does not have do no harm. */
  readonly decoders: readonly string[]
  /** Whether samples may have more than 16 bits that matter. */
  readonly mayBeFine: boolean
  /** Whether it says when each piece was heard: a gap between two is then a pause, and not just two neighbours. */
  readonly hasTimes: boolean
}

const LINEAR = ['u8', 's8', 's16', 's24', 's32', 'f32', 'f64'].flatMap((sample) =>
  ['', 'le', 'be'].map((order) => `pcm_${sample}${order}`),
)
const LOGARITHMIC = ['pcm_mulaw', 'pcm_alaw']
const MPEG = ['mp1', 'mp1float', 'mp2', 'mp2float', 'mp3', 'mp3float']
const AAC = ['aac', 'aac_fixed']
const AMR = ['amrnb', 'amrwb', 'libopencore_amrnb', 'libopencore_amrwb']
const OPUS_VORBIS = ['opus', 'libopus', 'vorbis', 'libvorbis']
const GSM = ['gsm', 'libgsm', 'gsm_ms', 'libgsm_ms']
const G722 = ['g722', 'adpcm_g722']

/** What telephone recorders have put into RIFF over the years. */
const WAV = [
  ...[...LINEAR, ...LOGARITHMIC, ...MPEG, ...GSM, ...G722, 'adpcm_ima_wav', 'adpcm_ms', 'adpcm_ima_oki'],
  ...['g726', 'adpcm_g726', 'g723_1', 'g729', 'truespeech'],
]
const MPEG4 = [...AAC, ...AMR, ...MPEG, ...LINEAR, ...LOGARITHMIC, 'alac', 'opus', 'libopus', 'flac']

const format = (demuxer: string, decoders: readonly string[], mayBeFine = false): Format => ({
  demuxer,
  demuxerNames: demuxer,
  decoders,
  mayBeFine,
  hasTimes: false,
})

const matroska: Format = {
  ...format('matroska', [...OPUS_VORBIS, ...AAC, ...MPEG, ...LINEAR, 'flac']),
  demuxerNames: 'matroska,webm',
  hasTimes: true,
}
const mpeg4: Format = {
  ...format('mov', MPEG4),
  demuxerNames: 'mov,mp4,m4a,3gp,3g2,mj2',
  hasTimes: true,
}
const ogg: Format = {
  ...format('ogg', [...OPUS_VORBIS, 'speex', 'libspeex', 'flac']),
  hasTimes: true,
}

const FORMATS: Readonly<Record<string, Format>> = {
  'audio/wav': format('wav', WAV, true),
  'audio/mpeg': format('mp3', MPEG),
  'audio/ogg': ogg,
  'audio/webm': matroska,
  'audio/x-matroska': matroska,
  'audio/flac': format('flac', ['flac'], true),
  'audio/mp4': mpeg4,
  'audio/3gpp': mpeg4,
  'audio/aac': format('aac', AAC),
  'audio/amr': format('amr', AMR),
  'audio/amr-wb': format('amr', AMR),
  'audio/gsm': format('gsm', GSM),
  'audio/g722': format('g722', G722),
  'audio/basic': format('au', [...LINEAR, ...LOGARITHMIC, ...G722], true),
  'audio/x-caf': format('caf', [...LINEAR, ...LOGARITHMIC, ...AAC, ...GSM, 'adpcm_ima_qt', 'alac'], true),
  'audio/aiff': format('aiff', [...LINEAR, ...LOGARITHMIC, ...GSM, 'adpcm_ima_qt'], true),
}

/**
 * How a media type of `sniffAudio` is decoded; throws EngineError for any other. MPEG-4 has to come with its
 * index first when it comes through a pipe: see `fastStart`.
 */
export function requireFormat(mediaType: string): Format {
  const found = Object.hasOwn(FORMATS, mediaType) ? FORMATS[mediaType] : undefined
  if (!found) throw new EngineError('undecodable', 'this kind of file is not decoded')
  return found
}
