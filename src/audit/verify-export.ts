import { z } from 'zod'
import { type Checkpoint, type NoteKey, openCheckpoint } from './checkpoint.ts'
import { commitTo } from './event-form.ts'
import { Frontier, leafHash } from './merkle.ts'

/** What an export proved. */
export interface VerifiedExport {
  readonly events: number
  /** Events whose payload was erased, or is not for whoever made the export. */
  readonly withoutPayload: number
  /** Events that were dropped because their time was over; their digest is signed. */
  readonly dropped: number
  /** Checkpoints that the export was found to agree with. */
  readonly checkpoints: number
}

/** The export is not the log that the checkpoints speak of; `line` counts from 1. */
export class BrokenExportError extends Error {
  override readonly name = 'BrokenExportError'
  readonly line: number

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`)
    this.line = line
  }
}

const NEWLINE = 0x0a
const ZERO = 0x30
const NINE = 0x39
const MAX_LINE_BYTES = 16 * 1024 * 1024
const HASH_TEXT = 44
const SALT_TEXT = 24
const SEGMENT = Buffer.from('{"segment":')
const SEQ = Buffer.from('{"seq":')
const LEAF = Buffer.from(',"leaf":"')
const EVENT = Buffer.from('","event":')
const PAYLOAD = Buffer.from('},"payload":')
const COMMITMENT = Buffer.from('"commitment":"')
/** In the place of payload and salt once they were erased. */
const NOTHING = Buffer.from('null,"salt":null}')
const SALT = Buffer.from(',"salt":"')
const END = Buffer.from('"}')

const SegmentLine = z.strictObject({
  segment: z.strictObject({
    to: z.int().min(1),
    subtrees: z.array(z.string()),
    note: z.string(),
  }),
})

/**
 * Verifies an export against signed checkpoints and nothing else, with the memory of one line and one hash for
 * each bit of its size. Throws BrokenExportError at the first line that is not what was sealed; where several
 * lines between two checkpoints were changed together with their hashes, at the first line after the last
 * checkpoint that still agreed. Throws TypeError for checkpoints that contradict each other.
 */
export async function verifyExport(
  source: AsyncIterable<Buffer>,
  checkpoints: readonly Checkpoint[],
  key: NoteKey,
): Promise<VerifiedExport> {
  const verifier = new Verifier(inOrder(checkpoints), key)
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let from = 0
    for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, from)) {
      verifier.take(data.subarray(from, at))
      from = at + 1
    }
    rest = data.subarray(from)
    if (rest.length > MAX_LINE_BYTES) verifier.fail('is longer than any event')
  }
  if (rest.length > 0) verifier.take(rest)
  return verifier.end()
}

function inOrder(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  if (checkpoints.length === 0) throw new TypeError('nothing can be verified without a checkpoint')
  const sorted = checkpoints.toSorted((one, other) => one.size - other.size)
  for (const [i, { size, root }] of sorted.entries()) {
    const next = sorted[i + 1]
    if (next?.size === size && !next.root.equals(root))
      throw new TypeError(`two checkpoints of ${size} events contradict each other: the log was forked`)
  }
  return sorted
}

class Verifier {
  readonly #checkpoints: readonly Checkpoint[]
  readonly #key: NoteKey
  #frontier = new Frontier()
  #line = 0
  /** The next checkpoint to compare with. */
  #next = 0
  #agreed = 0
  #dropped = 0
  #withoutPayload = 0
  /** First line after the last checkpoint that agreed. */
  #unproven = 1

  constructor(checkpoints: readonly Checkpoint[], key: NoteKey) {
    this.#checkpoints = checkpoints
    this.#key = key
  }

  fail(message: string, line = this.#line): never {
    throw new BrokenExportError(line, message)
  }

  take(line: Buffer): void {
    this.#line += 1
    if (this.#line === 1 && hasAt(line, SEGMENT, 0)) this.#begin(line)
    else this.#frontier.append(this.#leafOf(line))
    this.#compare()
  }

  end(): VerifiedExport {
    const missing = this.#checkpoints[this.#next]
    if (missing)
      this.fail(
        `the export ends after ${this.#frontier.size} events, and ${missing.size} were signed`,
        this.#line + 1,
      )
    if (this.#unproven <= this.#line)
      this.fail('this and what follows is in no checkpoint; use one of this size or later', this.#unproven)
    return {
      events: this.#frontier.size - this.#dropped,
      withoutPayload: this.#withoutPayload,
      dropped: this.#dropped,
      checkpoints: this.#agreed,
    }
  }

  /** What stands for dropped events must be signed, and its hashes must give what was signed. */
  #begin(line: Buffer): void {
    const { segment } = this.#read(line)
    const hashes = segment.subtrees.map((text) => Buffer.from(text, 'base64'))
    try {
      this.#frontier = new Frontier(segment.to, hashes)
      const signed = openCheckpoint(segment.note, this.#key)
      const isIt = signed.size === segment.to && signed.root.equals(this.#frontier.root())
      if (!isIt || !signed.extensions.includes(droppedLine(segment.to))) throw new TypeError('another digest')
    } catch {
      this.fail('what stands for dropped events is not what was signed')
    }
    this.#dropped = segment.to
    // Of what is older nothing can be said here any more.
    while ((this.#checkpoints[this.#next]?.size ?? Number.POSITIVE_INFINITY) < segment.to) this.#next += 1
  }

  #read(line: Buffer): z.output<typeof SegmentLine> {
    try {
      return SegmentLine.parse(JSON.parse(line.toString()))
    } catch {
      return this.fail('is neither an event nor a digest of dropped ones')
    }
  }

  #leafOf(line: Buffer): Buffer {
    const seq = String(this.#frontier.size)
    const seqEnd = endOfNumber(line, SEQ.length)
    const leafAt = seqEnd + LEAF.length
    const eventAt = leafAt + HASH_TEXT + EVENT.length
    const eventEnd = line.indexOf(PAYLOAD, eventAt) + 1
    const isFramed =
      hasAt(line, SEQ, 0) &&
      hasAt(line, LEAF, seqEnd) &&
      hasAt(line, EVENT, leafAt + HASH_TEXT) &&
      eventEnd > 0
    if (!isFramed) this.fail('is no event, or the event is gone')
    if (line.toString('latin1', SEQ.length, seqEnd) !== seq)
      this.fail(`event ${line.toString('latin1', SEQ.length, seqEnd)} where event ${seq} should be`)
    const event = line.subarray(eventAt, eventEnd)
    const leaf = leafHash(event)
    if (leaf.toString('base64') !== line.toString('latin1', leafAt, leafAt + HASH_TEXT))
      this.fail(`event ${seq} is not what was sealed`)
    this.#checkPayload(line, event, eventEnd + PAYLOAD.length - 1)
    return leaf
  }

  #checkPayload(line: Buffer, event: Buffer, payloadAt: number): void {
    if (hasAt(line, NOTHING, payloadAt) && line.length === payloadAt + NOTHING.length) {
      this.#withoutPayload += 1
      return
    }
    const saltAt = line.length - SALT_TEXT - END.length
    const saltText = line.toString('latin1', saltAt, saltAt + SALT_TEXT)
    const salt = Buffer.from(saltText, 'base64')
    const isFramed =
      hasAt(line, SALT, saltAt - SALT.length) &&
      hasAt(line, END, saltAt + SALT_TEXT) &&
      salt.toString('base64') === saltText
    const committed = event.indexOf(COMMITMENT) + COMMITMENT.length
    const payload = line.subarray(payloadAt, saltAt - SALT.length)
    const commitment = commitTo(salt, payload).toString('base64')
    if (!isFramed || commitment !== event.toString('latin1', committed, committed + HASH_TEXT))
      this.fail(`the payload of event ${this.#frontier.size} is not what was sealed`)
  }

  #compare(): void {
    const { size } = this.#frontier
    for (
      let next = this.#checkpoints[this.#next];
      next?.size === size;
      next = this.#checkpoints[this.#next]
    ) {
      if (!next.root.equals(this.#frontier.root()))
        this.fail(
          `the events from here to line ${this.#line} are not those that were signed as the first ${size}`,
          this.#unproven,
        )
      this.#agreed += 1
      this.#next += 1
      this.#unproven = this.#line + 1
    }
  }
}

/** How a checkpoint says that it stands for events that were dropped. */
export const droppedLine = (to: number): string => `dropped ${to}`

/** Byte by byte: for a dozen of them that takes less time than a call out of JavaScript, and there are many lines. */
function hasAt(line: Buffer, part: Buffer, at: number): boolean {
  if (at < 0 || line.length < at + part.length) return false
  for (let i = 0; i < part.length; i++) if (line[at + i] !== part[i]) return false
  return true
}

function endOfNumber(line: Buffer, from: number): number {
  let at = from
  for (let byte = line[at]; byte !== undefined && byte >= ZERO && byte <= NINE; byte = line[at]) at += 1
  return at
}
