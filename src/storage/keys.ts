import { isId } from '../kernel/ids.ts'

/** Everything stored of one recording's audio: what was delivered, and what was made of it. */
export type RenditionName =
  | 'original'
  /** As delivered, in a form that every browser plays and seeks. */
  | 'playback'
  /** Both parties on one channel, or one of them alone; only of calls with two channels. */
  | 'mix'
  | 'channel1'
  | 'channel2'
  /** For training: voices changed, spans beeped. Still personal data. */
  | 'masked'
  /** For the member, without what is private to somebody else. */
  | 'copy'
  | 'waveform'

const FILE_NAMES: Record<RenditionName, string> = {
  original: 'original.age',
  playback: 'playback.m4a.age',
  mix: 'mix.m4a.age',
  channel1: 'channel1.m4a.age',
  channel2: 'channel2.m4a.age',
  masked: 'masked.m4a.age',
  copy: 'copy.flac.age',
  waveform: 'waveform.dat.age',
}

const RENDITION_NAMES = Object.keys(FILE_NAMES) as RenditionName[]

/** Everything a recording owns lives under this prefix; the closing slash keeps neighbours apart. */
export function recordingPrefix(recordingId: string): string {
  if (!isId(recordingId)) throw new TypeError('not a recording id')
  return `recordings/${recordingId}/`
}

/** The rendition that is stored under a key; undefined when the key is none of ours. */
export function renditionOf(key: string): RenditionName | undefined {
  const fileName = key.slice(key.lastIndexOf('/') + 1)
  return RENDITION_NAMES.find((name) => FILE_NAMES[name] === fileName)
}

export function renditionKey(recordingId: string, rendition: RenditionName): string {
  return recordingPrefix(recordingId) + FILE_NAMES[rendition]
}
