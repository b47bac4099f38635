import type { Inclusion } from './contract.ts'

/** What a checkpoint says of the log: its name, how many events it has, and the root over them in base64. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: string
}

/** Reads the lines of a checkpoint (C2SP tlog-checkpoint); null when it is none. Its signature is not checked. */
export function readCheckpoint(note: string): Checkpoint | null {
  const [origin, size = '', root] = note.split('\n')
  return origin && root && /^(0|[1-9]\d{0,15})$/.test(size) ? { origin, size: Number(size), root } : null
}

/**
 * Whether what the service gave shows that this event is in the log as its checkpoint has it: the text is that of
 * the event, and text and proof together give the root (RFC 6962; RFC 9162, 2.1.3.2). Throws TypeError where the
 * browser has no `crypto.subtle`.
 */
export async function isProven(
  eventId: string,
  { seq, entry, proof, checkpoint }: Inclusion,
): Promise<boolean> {
  const log = readCheckpoint(checkpoint)
  if (!log || idOf(entry) !== eventId) return false
  const leaf = await hashOf(Uint8Array.of(0), new TextEncoder().encode(entry))
  const root = await climb(leaf, { at: seq, last: log.size - 1 }, proof.map(bytesOf))
  return root !== null && btoa(String.fromCharCode(...root)) === log.root
}

type Bytes = Uint8Array<ArrayBuffer>

/** The root that the proof leads to; null where it does not fit the place. */
async function climb(
  leaf: Bytes,
  { at, last }: { readonly at: number; readonly last: number },
  proof: readonly Bytes[],
): Promise<Bytes | null> {
  const sides = sidesOf(at, last)
  if (sides?.length !== proof.length) return null
  let hash = leaf
  for (const [n, sibling] of proof.entries())
    hash = sides[n] === 'left' ? await nodeOf(sibling, hash) : await nodeOf(hash, sibling)
  return hash
}

/** On which side the siblings stand, from a leaf up to the root; null where there is no such leaf. */
function sidesOf(at: number, last: number): ('left' | 'right')[] | null {
  if (at > last) return null
  const sides: ('left' | 'right')[] = []
  for (; last > 0; [at, last] = [half(at), half(last)]) {
    if (at % 2 === 1) sides.push('left')
    // At the right edge without a sibling it moves up as it is.
    else if (at < last) sides.push('right')
  }
  return sides
}

const half = (n: number): number => Math.floor(n / 2)

const nodeOf = (left: Bytes, right: Bytes): Promise<Bytes> => hashOf(Uint8Array.of(1), left, right)

async function hashOf(...parts: readonly Bytes[]): Promise<Bytes> {
  const whole = new Blob([...parts])
  return new Uint8Array(await crypto.subtle.digest('SHA-256', await whole.arrayBuffer()))
}

const bytesOf = (base64: string): Bytes =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

function idOf(entry: string): unknown {
  try {
    return (JSON.parse(entry) as { readonly id?: unknown }).id
  } catch {
    return undefined
  }
}
