import type { Connection } from '../db/database.ts'
import { nodeHash } from './merkle.ts'
import { readNode } from './seal-queries.ts'
import type { ReadNode } from './tree-proofs.ts'

/** A part of the tree that proofs need went with the events that were dropped. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError'
}

/** Reads hashes of the tree; each subtree once, because proofs share them. Rejects with DroppedError. */
export function treeOf(connection: Connection): ReadNode {
  const known = new Map<string, Promise<Buffer>>()

  async function read(level: number, index: number): Promise<Buffer> {
    let hashes = await readNode(connection, level, index)
    if (hashes.length !== 2 ** (level % 8)) throw new DroppedError('this part of the log was dropped')
    while (hashes.length > 1) hashes = pairs(hashes)
    return hashes[0] as Buffer
  }

  return (level, index) => {
    const key = `${level} ${index}`
    const found = known.get(key) ?? read(level, index)
    known.set(key, found)
    return found
  }
}

const pairs = (hashes: readonly Buffer[]): Buffer[] =>
  Array.from({ length: hashes.length / 2 }, (_, i) =>
    nodeHash(hashes[2 * i] as Buffer, hashes[2 * i + 1] as Buffer),
  )
