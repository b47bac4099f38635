/** Which bytes a request is answered with. */
export type RangeChoice =
  | { readonly kind: 'full' }
  | { readonly kind: 'span'; readonly offset: number; readonly length: number }
  | { readonly kind: 'unsatisfiable' }

const FULL: RangeChoice = { kind: 'full' }
const UNSATISFIABLE: RangeChoice = { kind: 'unsatisfiable' }

/** RFC 9110 section 14.1.2; range units are case-insensitive. */
const SINGLE = /^bytes=(\d*)-(\d*)$/i

/** Longer than any honest single range: not worth counting its digits. */
const MAX_HEADER_LENGTH = 1024

export interface RangeRequest {
  readonly range: string | undefined
  readonly ifRange: string | undefined
  /** The strong ETag of what is stored now. */
  readonly etag: string
  /** Size of the whole, at least one byte. */
  readonly bytes: number
}

/**
 * Chooses the bytes for a GET (RFC 9110 section 14.2). One byte range is served; several ranges, another
 * unit and anything malformed or inverted are ignored, which the RFC allows and which never multiplies
 * the work; a well-formed range that starts behind the end is unsatisfiable.
 */
export function chooseRange({ range, ifRange, etag, bytes }: RangeRequest): RangeChoice {
  if (range === undefined || range.length > MAX_HEADER_LENGTH) return FULL
  // RFC 9110 section 13.1.5: strong comparison; a date cannot match, for none is sent.
  if (ifRange !== undefined && ifRange !== etag) return FULL
  const match = SINGLE.exec(range)
  if (!match) return FULL
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? FULL : suffix(BigInt(last), bytes)
  return fromTo(BigInt(first), last === '' ? undefined : BigInt(last), bytes)
}

function suffix(count: bigint, bytes: number): RangeChoice {
  if (count === 0n) return UNSATISFIABLE
  const length = count > BigInt(bytes) ? bytes : Number(count)
  return { kind: 'span', offset: bytes - length, length }
}

function fromTo(first: bigint, last: bigint | undefined, bytes: number): RangeChoice {
  if (last !== undefined && last < first) return FULL
  if (first >= BigInt(bytes)) return UNSATISFIABLE
  const offset = Number(first)
  const end = last === undefined || last >= BigInt(bytes) ? bytes : Number(last) + 1
  return { kind: 'span', offset, length: end - offset }
}

/** RFC 9110 section 13.1.2: weak comparison with any tag of the list, or `*`. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
