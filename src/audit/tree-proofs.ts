import { EMPTY_ROOT, nodeHash } from './merkle.ts'

/** Reads the hash of a whole subtree: the one of 2^level leaves that is the index-th of its kind. */
export type ReadNode = (level: number, index: number) => Promise<Buffer>

/** The hash over a part of the leaves (MTH of RFC 6962, 2.1), where the part begins at a place where a subtree can. */
async function hashOf(read: ReadNode, from: number, to: number): Promise<Buffer> {
  const count = to - from
  const whole = largestPowerBelow(count)
  if (count === 1) return read(0, from)
  if (whole * 2 === count) return read(Math.log2(count), from / count)
  const [left, right] = await Promise.all([hashOf(read, from, from + whole), hashOf(read, from + whole, to)])
  return nodeHash(left, right)
}

/** The root that the tree had when it had this many leaves. */
export const rootAt = (read: ReadNode, size: number): Promise<Buffer> =>
  size === 0 ? Promise.resolve(EMPTY_ROOT) : hashOf(read, 0, size)

/** The hashes of the whole subtrees that a tree of this size is made of, from left to right. */
export function edgeAt(read: ReadNode, size: number): Promise<Buffer[]> {
  const parts: Promise<Buffer>[] = []
  for (let from = 0; from < size; ) {
    const rest = size - from
    const count = isPower(rest) ? rest : largestPowerBelow(rest)
    parts.push(hashOf(read, from, from + count))
    from += count
  }
  return Promise.all(parts)
}

/** What shows that a leaf is in the tree of this size (PATH of RFC 6962, 2.1.1). */
export async function inclusionProof(read: ReadNode, index: number, size: number): Promise<Buffer[]> {
  const steps: Promise<Buffer>[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from)
    if (index < middle) {
      steps.push(hashOf(read, middle, to))
      to = middle
    } else {
      steps.push(hashOf(read, from, middle))
      from = middle
    }
  }
  return (await Promise.all(steps)).reverse()
}

/** What shows that the tree of size `older` is the beginning of that of size `newer` (PROOF of RFC 6962, 2.1.2). */
export async function consistencyProof(read: ReadNode, older: number, newer: number): Promise<Buffer[]> {
  if (older === 0 || older === newer) return []
  const steps: Promise<Buffer>[] = []
  let [from, to, isKnown] = [0, newer, true]
  while (older !== to) {
    const middle = from + largestPowerBelow(to - from)
    if (older <= middle) {
      steps.push(hashOf(read, middle, to))
      to = middle
    } else {
      steps.push(hashOf(read, from, middle))
      from = middle
      isKnown = false
    }
  }
  if (!isKnown) steps.push(hashOf(read, from, to))
  return (await Promise.all(steps)).reverse()
}

/** The largest power of two that is smaller than the number; 1 for 1. */
function largestPowerBelow(number: number): number {
  let power = 1
  while (power * 2 < number) power *= 2
  return power
}

const isPower = (number: number): boolean => Number.isInteger(Math.log2(number))
