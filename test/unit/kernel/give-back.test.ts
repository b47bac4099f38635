import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { giveBack, handOver } from '../../../src/kernel/give-back.ts'
import { readPieces } from '../../../src/kernel/read-pieces.ts'
import { KIB, MIB } from '../../../src/kernel/units.ts'
import { newAgeFile, openAgePayload } from '../../../src/storage/age/index.ts'
import { PartReader } from '../../../src/storage/part-reader.ts'

const PIECES = 256

/** Bytes outside the heap at most while this runs, beyond what there was before. */
async function heldWhile(run: (look: () => void) => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers
  let most = before
  await run(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers)
  })
  return most - before
}

function* madeOnTheWay(look: () => void = () => {}): Generator<Buffer> {
  for (let i = 0; i < PIECES; i += 1) {
    look()
    yield Buffer.allocUnsafeSlow(64 * KIB).fill(i)
  }
}

describe('giving memory back', () => {
  it('empties what has its memory to itself', () => {
    const bytes = Buffer.alloc(64 * KIB, 1)
    giveBack(bytes)
    expect(bytes.length).toBe(0)
  })

  it('leaves alone what is a part of something, and what is small', () => {
    const whole = Buffer.alloc(64 * KIB, 1)
    giveBack(whole.subarray(1))
    giveBack(whole.subarray(0, 32 * KIB))
    const small = Buffer.alloc(100, 1)
    giveBack(small)
    expect(whole.equals(Buffer.alloc(64 * KIB, 1))).toBe(true)
    expect(small.length).toBe(100)
  })

  it('keeps what lies outside the heap small, however much is read', async () => {
    const held = await heldWhile((look) =>
      readPieces(handOver(Readable.from(madeOnTheWay(), { objectMode: false })), () => void look()),
    )
    expect(held).toBeLessThan(PIECES * 64 * KIB * 0.25)
  })

  it('keeps it small as well while that is encrypted and cut into parts', async () => {
    const { encrypt } = newAgeFile()
    const sealed = handOver(new PassThrough())
    const held = await heldWhile(async (look) => {
      const parts = new PartReader(sealed, new AbortController().signal)
      const flow = pipeline(
        Readable.from(madeOnTheWay(look), { objectMode: false }),
        handOver(encrypt),
        sealed,
      )
      for (let isLast = false; !isLast; ) {
        const part = await parts.read()
        isLast = part.isLast
        part.release()
      }
      await flow
    })
    // One part, and what the streams hold.
    expect(held).toBeLessThan(PIECES * 64 * KIB * 0.5)
  })
})

/** Sizes around those from which pieces are given back and at which they are cut. */
const sizes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 200 * KIB }),
    fc.constantFrom(16 * KIB - 1, 16 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 64 * KIB + 16, 128 * KIB),
  ),
  { minLength: 1, maxLength: 12 },
)

/** Different bytes at every place; pieces with memory of their own, or all cut out of the same. */
function pieces(lengths: readonly number[], isOwn: boolean): { whole: Buffer; list: Buffer[] } {
  const whole = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0))
  for (let i = 0; i + 4 <= whole.length; i += 4) whole.writeUInt32LE(Math.imul(i, 2_654_435_761) >>> 0, i)
  let at = 0
  const list = lengths.map((length) => {
    const piece = whole.subarray(at, at + length)
    at += length
    return isOwn ? Buffer.from(new Uint8Array(piece)) : piece
  })
  return { whole, list }
}

describe('bytes whose memory is given back on their way', () => {
  it('are stored and heard unchanged, however they are cut and whoever else holds them', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.boolean(), async (lengths, cuts, isOwn) => {
        const { whole, list } = pieces(lengths, isOwn)
        const file = newAgeFile()
        const sealed = handOver(new PassThrough())
        const parts = new PartReader(sealed, new AbortController().signal)
        const flow = pipeline(Readable.from(list, { objectMode: false }), handOver(file.encrypt), sealed)
        const part = await parts.read()
        const stored = Buffer.from(part.bytes)
        part.release()
        await flow

        const span = { offset: 0, length: whole.length }
        const payload = openAgePayload({ header: file.header, identity: file.identity })
        const { offset } = payload.cipherSpan(span, whole.length)
        expect(stored.subarray(0, offset)).toEqual(file.header)
        const decryption = payload.decryptSpan(span, whole.length)
        const heard: Buffer[] = []
        await readPieces(handOver(Readable.from(cut(stored.subarray(offset), cuts))), (piece) => {
          heard.push(...decryption.push(piece))
          return undefined
        })
        decryption.end()
        expect(Buffer.concat(heard).equals(whole)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('fail the encryption, rather than being left out, when they were given back before', async () => {
    const { encrypt } = newAgeFile()
    const plain = Buffer.alloc(64 * KIB, 1)
    giveBack(plain)
    const sealed = buffer(encrypt)
    sealed.catch(() => {})
    await expect(pipeline(Readable.from([plain]), encrypt)).rejects.toThrow('given back')
    await expect(sealed).rejects.toThrow()
  })

  it('are not given back by streams that were not handed over', async () => {
    const { encrypt } = newAgeFile()
    const plain = Buffer.alloc(MIB, 1)
    const [sealed] = await Promise.all([
      buffer(encrypt),
      pipeline(Readable.from([plain, plain], { objectMode: false }), encrypt, { end: true }),
    ])
    expect(plain.length).toBe(MIB)
    expect(sealed.length).toBeGreaterThan(2 * MIB)
  })
})

/** Cut into pieces of their own, of these sizes by turns. */
function* cut(bytes: Buffer, cuts: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const end = Math.min(bytes.length, at + (cuts[turn % cuts.length] ?? 1))
    yield Buffer.from(new Uint8Array(bytes.subarray(at, end)))
    at = end
  }
}
