import { isId } from '../kernel/ids.ts'

export type RenditionName = 'original' | 'playback' | 'masked'

const FILE_NAMES: Record<RenditionName, string> = {
  original: 'original.age',
  playback: 'playback.m4a.age',
  masked: 'masked.m4a.age',
}

/** Everything a recording owns lives under this prefix; the closing slash keeps neighbours apart. */
export function recordingPrefix(recordingId: string): string {
  if (!isId(recordingId)) throw new TypeError('not a recording id')
  return `recordings/${recordingId}/`
}

export function renditionKey(recordingId: string, rendition: RenditionName): string {
  return recordingPrefix(recordingId) + FILE_NAMES[rendition]
}
