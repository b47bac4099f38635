const KILOBYTE = 1000
const MEGABYTE = 1_000_000

/** Bytes as people say them: `1,2 MB`, `640 kB`. */
export function fileSize(bytes: number, language: string): string {
  const large = bytes >= MEGABYTE
  const options = {
    style: 'unit',
    unit: large ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: large ? 1 : 0,
  } as const
  const value = large ? bytes / MEGABYTE : Math.max(1, bytes / KILOBYTE)
  return new Intl.NumberFormat(language, options).format(value)
}

const KINDS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'MP3',
  'audio/mp4': 'M4A',
  'audio/wav': 'WAV',
  'audio/ogg': 'Ogg',
}

/** The everyday name of a media type; an unknown one is shown as it is. */
export const kindOf = (mediaType: string): string => KINDS[mediaType] ?? mediaType
