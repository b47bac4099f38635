import type { ServerResponse } from 'node:http'
import * as contentDisposition from 'content-disposition'

/** Media types a browser may be told; everything else is handed over as plain bytes to be saved. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/amr': 'amr',
  'audio/amr-wb': 'awb',
  'audio/3gpp': '3gp',
  'audio/aiff': 'aiff',
  'audio/gsm': 'gsm',
  'audio/g722': 'g722',
  'audio/x-caf': 'caf',
  'audio/x-matroska': 'mka',
  'audio/basic': 'au',
}

/** How files of a media type end; `bin` for what nobody knows. */
export const fileExtension = (mediaType: string): string => EXTENSIONS[mediaType] ?? 'bin'

/**
 * A document made of an answer may load nothing and run nothing, even if somebody opens the address
 * itself and the bytes turn out to be something else than audio.
 */
const AUDIO_POLICY =
  "default-src 'none'; media-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"

export interface AudioHeaders {
  readonly mediaType: string
  readonly etag: string
  /** Base name for saving, without extension; undefined to play in place. */
  readonly saveAs: string | undefined
}

/** Headers that every answer about audio has, whichever range and whether GET or HEAD. */
export function setAudioHeaders(res: ServerResponse, { mediaType, etag, saveAs }: AudioHeaders): void {
  const extension = EXTENSIONS[mediaType]
  res.setHeader('Content-Type', extension ? mediaType : 'application/octet-stream')
  if (saveAs !== undefined || !extension) {
    res.setHeader(
      'Content-Disposition',
      contentDisposition.create(`${saveAs ?? 'audio'}.${extension ?? 'bin'}`),
    )
  }
  setCommonHeaders(res, etag)
}

/** The same for an archive, which is always saved. */
export function setArchiveHeaders(res: ServerResponse, etag: string, saveAs: string): void {
  res.setHeader('Content-Type', 'application/zip')
  res.setHeader('Content-Disposition', contentDisposition.create(`${saveAs}.zip`))
  setCommonHeaders(res, etag)
}

function setCommonHeaders(res: ServerResponse, etag: string): void {
  res.setHeader('ETag', etag)
  res.setHeader('Accept-Ranges', 'bytes')
  res.setHeader('Cache-Control', 'private, no-store')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  res.setHeader('Content-Security-Policy', AUDIO_POLICY)
}

/** Headers that describe the audio would be wrong on a problem document. */
export function dropAudioHeaders(res: ServerResponse): void {
  for (const name of ['Content-Type', 'Content-Disposition', 'Content-Length', 'ETag', 'Accept-Ranges']) {
    res.removeHeader(name)
  }
}
