/** One line of a text file. */
export interface Line {
  /** Counts from 1, as editors do. */
  readonly number: number
  /** Bytes of the file up to and including this line. */
  readonly endsAt: number
  /** Without its end; undefined when the line cannot be read as text. */
  readonly text: string | undefined
  readonly flaw?: 'too_long' | 'not_utf8'
}

const NEWLINE = 0x0a
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * The lines of a UTF-8 text, ended by LF or CRLF, with the memory of one line. A line that is longer than
 * `maxBytes`, or is no UTF-8, is named as such and costs its neighbours nothing; a byte order mark is no text.
 */
export async function* readLines(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  const decode = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let held: Buffer[] = []
  let bytes = 0
  let number = 0
  let endsAt = 0

  const keep = (piece: Buffer): void => {
    bytes += piece.length
    if (bytes <= maxBytes) held.push(piece)
  }
  const finish = (endBytes: number): Line => {
    number += 1
    endsAt += bytes + endBytes
    const line =
      bytes > maxBytes ? { text: undefined, flaw: 'too_long' as const } : textOf(held, number, decode)
    held = []
    bytes = 0
    return { number, endsAt, ...line }
  }

  for await (const chunk of source) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at))
      yield finish(1)
      from = at + 1
    }
    keep(chunk.subarray(from))
  }
  if (bytes > 0) yield finish(0)
}

function textOf(
  pieces: readonly Buffer[],
  number: number,
  decode: InstanceType<typeof TextDecoder>,
): Pick<Line, 'text' | 'flaw'> {
  const whole = Buffer.concat(pieces)
  const hasMark = number === 1 && whole.subarray(0, 3).equals(BYTE_ORDER_MARK)
  try {
    return { text: decode.decode(hasMark ? whole.subarray(3) : whole).replace(/\r$/, '') }
  } catch {
    return { text: undefined, flaw: 'not_utf8' }
  }
}
