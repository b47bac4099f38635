import { createHash } from 'node:crypto'

const DIGEST_BYTES = 16
const FIRST_SLOTS = 1024
const MAX_LOAD = 0.75

/**
 * Which of very many texts were seen before, and a few bytes for each, in flat memory: a million texts take
 * 32 MB, where a Map of strings takes hundreds. Texts are told apart by 128 bits of SHA-256.
 */
export class DigestTable {
  readonly #valueBytes: number
  readonly #entryBytes: number
  #slots = FIRST_SLOTS
  #used = 0
  #entries: Buffer

  constructor(valueBytes = 0) {
    this.#valueBytes = valueBytes
    this.#entryBytes = DIGEST_BYTES + valueBytes
    this.#entries = Buffer.alloc(FIRST_SLOTS * this.#entryBytes)
  }

  get size(): number {
    return this.#used
  }

  /** Adds a digest; false when it was there before, and its value then stays as it was. */
  add(digest: Buffer, value: Buffer = Buffer.alloc(this.#valueBytes)): boolean {
    if (this.#used >= this.#slots * MAX_LOAD) this.#grow()
    const at = this.#find(digest)
    if (!this.#isFree(at)) return false
    digest.copy(this.#entries, at)
    value.copy(this.#entries, at + DIGEST_BYTES)
    this.#used += 1
    return true
  }

  /** The value that came with a digest; undefined when it was never added. */
  get(digest: Buffer): Buffer | undefined {
    const at = this.#find(digest)
    return this.#isFree(at) ? undefined : this.#entries.subarray(at + DIGEST_BYTES, at + this.#entryBytes)
  }

  /** Where the digest is, or the free place where it belongs. Digests are evenly spread, so steps are few. */
  #find(digest: Buffer): number {
    let slot = digest.readUInt32LE(0) % this.#slots
    for (;;) {
      const at = slot * this.#entryBytes
      if (this.#isFree(at) || digest.compare(this.#entries, at, at + DIGEST_BYTES) === 0) return at
      slot = (slot + 1) % this.#slots
    }
  }

  #isFree(at: number): boolean {
    return this.#entries.readBigUInt64LE(at) === 0n && this.#entries.readBigUInt64LE(at + 8) === 0n
  }

  #grow(): void {
    const old = this.#entries
    this.#slots *= 2
    this.#entries = Buffer.alloc(this.#slots * this.#entryBytes)
    for (let at = 0; at < old.length; at += this.#entryBytes) {
      const entry = old.subarray(at, at + this.#entryBytes)
      if (entry.readBigUInt64LE(0) !== 0n || entry.readBigUInt64LE(8) !== 0n) {
        entry.copy(this.#entries, this.#find(entry.subarray(0, DIGEST_BYTES)))
      }
    }
  }
}

/** What the table tells texts apart by. */
export const shortDigest = (text: string): Buffer =>
  createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES)
