import { sha256 } from './sha256.ts'

/** The Merkle tree of RFC 6962: the root commits to every entry, its place and how many there are. */

const HASH_BYTES = 32
/** Filled anew for every node: an export has one for each event, and allocating costs as much as hashing. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
/** The same for a leaf: 0, and as much room as the longest entry so far needed. */
let leaf = Buffer.alloc(4096)

/** Of a log without entries. */
export const EMPTY_ROOT: Buffer = sha256('')

export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length >= leaf.length) leaf = Buffer.alloc(2 * entry.length)
  leaf.set(entry, 1)
  return sha256(leaf.subarray(0, 1 + entry.length))
}

export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(filled(left, right))

function filled(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new TypeError('not a hash')
  node.set(left, 1)
  node.set(right, 1 + HASH_BYTES)
  return node
}

/** The right edge of a tree: all that is needed to make it grow. Holds one hash for each 1 in the size. */
export class Frontier {
  #size: number
  readonly #hashes: Buffer[]

  /** `hashes`: of the whole subtrees of a tree of this size, from left to right. */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    if (hashes.length !== ones(size)) throw new TypeError('this is no edge of a tree of that size')
    this.#size = size
    this.#hashes = [...hashes]
  }

  get size(): number {
    return this.#size
  }

  get hashes(): readonly Buffer[] {
    return this.#hashes
  }

  /** Adds a leaf; `onNode` hears of each subtree that is whole now, by level (leaves are level 0) and place. */
  append(leaf: Buffer, onNode?: (level: number, index: number, hash: Buffer) => void): void {
    let whole = leaf
    let index = this.#size
    for (let level = 1; index % 2 === 1; level++) {
      const left = this.#hashes.pop()
      if (!left) throw new TypeError('the edge is too short')
      whole = nodeHash(left, whole)
      index = (index - 1) / 2
      onNode?.(level, index, whole)
    }
    this.#hashes.push(whole)
    this.#size += 1
  }

  root(): Buffer {
    const [last, ...others] = this.#hashes.toReversed()
    return last ? others.reduce((right, left) => nodeHash(left, right), last) : EMPTY_ROOT
  }
}

function ones(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/** Whether the proof shows that the leaf is at this place of a tree (RFC 9162, 2.1.3.2). */
export function isIncluded(
  { leaf, index, size, root }: { leaf: Buffer; index: number; size: number; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (index < 0 || index >= size) return false
  let hash = leaf
  const fits = climb(index, size - 1, proof, (sibling, isLeft) => {
    hash = isLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  })
  return fits && hash.equals(root)
}

interface Tree {
  readonly size: number
  readonly root: Buffer
}

/** Whether the proof shows that a tree is the beginning of a larger one (RFC 9162, 2.1.4.2). */
export function isConsistent(from: Tree, to: Tree, proof: readonly Buffer[]): boolean {
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root)
  if (from.size > to.size || from.size === 0) return from.size === 0 && proof.length === 0
  let [at, last] = [from.size - 1, to.size - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  const [first, ...rest] = at === 0 ? [from.root, ...proof] : proof
  if (!first) return false
  let [older, newer] = [first, first]
  const fits = climb(at, last, rest, (sibling, isLeft) => {
    if (isLeft) older = nodeHash(sibling, older)
    newer = isLeft ? nodeHash(sibling, newer) : nodeHash(newer, sibling)
  })
  return fits && older.equals(from.root) && newer.equals(to.root)
}

/** Goes up from a node, joining the siblings of a proof; whether it ends at the root with the last of them. */
function climb(
  from: number,
  edge: number,
  proof: readonly Buffer[],
  join: (sibling: Buffer, isLeft: boolean) => void,
): boolean {
  let [at, last] = [from, edge]
  for (const sibling of proof) {
    if (last === 0) return false
    const isLeft = at % 2 === 1 || at === last
    join(sibling, isLeft)
    while (isLeft && at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0
}

const half = (number: number): number => Math.floor(number / 2)
