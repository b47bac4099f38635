import { isAdts, isMpegAudio } from './mpeg-frame.ts'

/** How much of the start of a file `sniffAudio` wants to see. */
export const SNIFF_BYTES = 4096

type Test = (head: Buffer) => string | undefined

const ascii = (head: Buffer, start: number, end: number): string => head.toString('latin1', start, end)
const startsWith = (head: Buffer, text: string): boolean => ascii(head, 0, text.length) === text

const riff: Test = (head) =>
  /^(RIFF|RF64|BW64)$/.test(ascii(head, 0, 4)) && ascii(head, 8, 12) === 'WAVE' ? 'audio/wav' : undefined

const OGG_CODECS = ['OpusHead', '\x01vorbis', 'Speex   ', '\x7fFLAC'] as const

/** The first packet of the first page names the codec; video in Ogg (Theora) names none of these. */
const ogg: Test = (head) => {
  if (!startsWith(head, 'OggS\0')) return undefined
  const packet = 27 + (head[26] ?? 0)
  return OGG_CODECS.some((codec) => head.subarray(packet).toString('latin1', 0, 8).startsWith(codec))
    ? 'audio/ogg'
    : undefined
}

/** EBML with a DocType (element 0x4282) of WebM or Matroska. */
const webm: Test = (head) => {
  if (head.length < 8 || head.readUInt32BE(0) !== 0x1a45dfa3) return undefined
  const at = head.subarray(0, 256).indexOf(Buffer.from([0x42, 0x82]))
  if (at < 0) return undefined
  const name = ascii(head, at + 3, at + 3 + ((head[at + 2] ?? 0) & 0x7f))
  if (name === 'webm') return 'audio/webm'
  return name === 'matroska' ? 'audio/x-matroska' : undefined
}

const MP4_BRANDS = /^(M4A |M4B |mp4[12]|isom|iso[2-9]|dash|f4a |MSNV)$/

/** ISO base media; still images (HEIC, AVIF) and other children of the format have other brands. */
const mp4: Test = (head) => {
  if (head.length < 12 || ascii(head, 4, 8) !== 'ftyp' || head.readUInt32BE(0) < 16) return undefined
  const brand = ascii(head, 8, 12)
  if (/^3g[p2]/.test(brand)) return 'audio/3gpp'
  return MP4_BRANDS.test(brand) ? 'audio/mp4' : undefined
}

const ID3_HEADER_BYTES = 10

/** An ID3v2 tag with synchsafe length; what follows it must be MPEG audio if it is near enough to see. */
const id3: Test = (head) => {
  if (!startsWith(head, 'ID3') || head.length < ID3_HEADER_BYTES) return undefined
  const size = [...head.subarray(6, ID3_HEADER_BYTES)]
  if (size.some((byte) => byte > 0x7f) || (head[3] ?? 0) > 4) return undefined
  const end = ID3_HEADER_BYTES + size.reduce((sum, byte) => sum * 128 + byte, 0)
  return end + 4 > head.length || isMpegAudio(head, end) ? 'audio/mpeg' : undefined
}

const iff: Test = (head) =>
  startsWith(head, 'FORM') && /^AIF[FC]$/.test(ascii(head, 8, 12)) ? 'audio/aiff' : undefined

const prefix =
  (text: string, type: string): Test =>
  (head) =>
    startsWith(head, text) ? type : undefined

const TESTS: readonly Test[] = [
  riff,
  ogg,
  prefix('fLaC', 'audio/flac'),
  webm,
  mp4,
  prefix('#!AMR\n', 'audio/amr'),
  prefix('#!AMR-WB\n', 'audio/amr-wb'),
  prefix('.snd', 'audio/basic'),
  prefix('caff\0\x01', 'audio/x-caf'),
  iff,
  id3,
  (head) => (isMpegAudio(head, 0) ? 'audio/mpeg' : undefined),
  (head) => (isAdts(head, 0) ? 'audio/aac' : undefined),
]

/**
 * The media type of a telephone recording from its first bytes, or undefined when it is none we
 * accept. The sender's own type decides nothing, with one exception: raw GSM and raw G.722 have no
 * mark of their own and are accepted under their declared type when the bytes could be that.
 */
export function sniffAudio(head: Buffer, declaredType: string): string | undefined {
  for (const test of TESTS) {
    const type = test(head)
    if (type) return type
  }
  return sniffRaw(head, declaredType.split(';', 1)[0]?.trim().toLowerCase() ?? '')
}

function sniffRaw(head: Buffer, declared: string): string | undefined {
  if (/^audio\/(x-)?gsm$/.test(declared) && isGsm(head)) return 'audio/gsm'
  if (/^audio\/(x-)?g722$/.test(declared) && !hasForeignStart(head) && !isTextLike(head)) return 'audio/g722'
  return undefined
}

const GSM_FRAME_BYTES = 33

/** GSM 06.10 frames of 33 bytes; RFC 3551, 4.5.8.1: each starts with the signature 0xD. */
function isGsm(head: Buffer): boolean {
  if (head.length < GSM_FRAME_BYTES) return false
  for (let at = 0; at < head.length; at += GSM_FRAME_BYTES) {
    if ((head[at] ?? 0) >> 4 !== 0xd) return false
  }
  return true
}

/** Starts of archives, programs, documents and pictures, which could pass for raw samples. */
const FOREIGN = [
  ...[
    'PK',
    'MZ',
    '%PDF',
    'GIF8',
    'Rar!',
    'BZh',
    'RIFF',
    'OggS',
    'FORM',
    'ID3',
    '#!',
    '\x7fELF',
    '\x89PNG',
    '\x1f\x8b',
  ],
  ...['\xff\xd8\xff', '7z\xbc\xaf', '\xfd7zXZ', '\xca\xfe\xba\xbe'],
]

const hasForeignStart = (head: Buffer): boolean => FOREIGN.some((start) => startsWith(head, start))

/** Nine of ten bytes printable or white space: samples of sound are spread over all values. */
function isTextLike(head: Buffer): boolean {
  const printable = head.reduce((sum, byte) => sum + Number(isPrintable(byte)), 0)
  return head.length < 64 || printable > head.length * 0.9
}

const isPrintable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13)
