import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import { newAgeFile, openAgePayload } from '../../../src/storage/age/index.ts'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../../src/storage/age/payload.ts'
import type { ByteSpan } from '../../../src/storage/object-store.ts'

const SIZES = [
  0,
  1,
  100,
  CHUNK_BYTES - 1,
  CHUNK_BYTES,
  CHUNK_BYTES + 1,
  2 * CHUNK_BYTES,
  3 * CHUNK_BYTES - 17,
  3 * CHUNK_BYTES,
  5 * 1024 * 1024 + 12345,
]

async function makeFile(bytes: number) {
  const plain = randomBytes(bytes)
  const { identity, header, encrypt } = newAgeFile()
  const sealed = await buffer(Readable.from([plain]).pipe(encrypt))
  return { plain, sealed, header, payload: openAgePayload({ header, identity }) }
}

type File = Awaited<ReturnType<typeof makeFile>>

/** Feeds the ciphertext in pieces and collects what is released, also when it fails in the end. */
function readSpan(file: File, sealed: Buffer, span: ByteSpan, pieceBytes = 16_384) {
  const cipherSpan = file.payload.cipherSpan(span, file.plain.length)
  const bytes = sealed.subarray(cipherSpan.offset, cipherSpan.offset + cipherSpan.length)
  const decryption = file.payload.decryptSpan(span, file.plain.length)
  const released: Buffer[] = []
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      released.push(...decryption.push(bytes.subarray(at, at + pieceBytes)))
    decryption.end()
    return { plain: Buffer.concat(released), error: undefined }
  } catch (error) {
    return { plain: Buffer.concat(released), error }
  }
}

describe('reading a span of an age file', () => {
  it('gives exactly the plain bytes for 10,000 random ranges of files around the chunk borders', async () => {
    const files = await Promise.all(SIZES.map(makeFile))
    const range = fc.record({
      file: fc.nat(files.length - 1),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.oneof(
        fc.constantFrom(1, 2, 16, 65_535, 65_536, 65_537),
        fc.integer({ min: 1, max: 200_000 }),
      ),
      piece: fc.constantFrom(16_384, 65_536, 70_001, 1_000_000),
    })
    const property = fc.asyncProperty(range, async ({ file: index, from, length, piece }) => {
      const file = files[index] as File
      const offset = Math.min(Math.floor(from * file.plain.length), Math.max(0, file.plain.length - 1))
      const span = { offset, length: Math.min(length, file.plain.length - offset) }
      const { plain, error } = await readSpan(file, file.sealed, span, piece)
      expect(error).toBeUndefined()
      expect(plain.equals(file.plain.subarray(offset, offset + span.length))).toBe(true)
    })
    await fc.assert(property, { numRuns: 10_000 })
  }, 120_000)

  it('fetches no more than the chunks that hold the range', async () => {
    const file = await makeFile(3 * CHUNK_BYTES)
    const probe = file.payload.cipherSpan({ offset: 0, length: 2 }, file.plain.length)
    expect(probe).toEqual({ offset: file.header.length, length: SEALED_CHUNK_BYTES })
    const border = file.payload.cipherSpan({ offset: CHUNK_BYTES - 1, length: 2 }, file.plain.length)
    expect(border.length).toBe(2 * SEALED_CHUNK_BYTES)
    const whole = file.payload.cipherSpan({ offset: 0, length: file.plain.length }, file.plain.length)
    expect(whole.offset + whole.length).toBe(file.sealed.length)
  })

  it('never releases a byte of a chunk in which any bit was flipped', async () => {
    const file = await makeFile(3 * CHUNK_BYTES - 17)
    const payloadBytes = file.sealed.length - file.header.length
    const property = fc.asyncProperty(fc.nat(payloadBytes - 1), fc.nat(7), async (at, bit) => {
      const sealed = Buffer.from(file.sealed)
      sealed.writeUInt8(sealed.readUInt8(file.header.length + at) ^ (1 << bit), file.header.length + at)
      const broken = Math.floor(at / SEALED_CHUNK_BYTES)
      const { plain, error } = await readSpan(file, sealed, { offset: 0, length: file.plain.length })
      expect((error as Problem).code).toBe('damaged_recording')
      expect(plain.length).toBeLessThanOrEqual(broken * CHUNK_BYTES)
      expect(plain.equals(file.plain.subarray(0, plain.length))).toBe(true)
    })
    await fc.assert(property, { numRuns: 500 })
  }, 60_000)

  it('notices chunks that changed places', async () => {
    const file = await makeFile(3 * CHUNK_BYTES)
    const chunk = (i: number) =>
      file.sealed.subarray(
        file.header.length + i * SEALED_CHUNK_BYTES,
        file.header.length + (i + 1) * SEALED_CHUNK_BYTES,
      )
    const swapped = Buffer.concat([file.header, chunk(1), chunk(0), chunk(2)])
    const { plain, error } = await readSpan(file, swapped, { offset: 0, length: file.plain.length })
    expect((error as Problem).code).toBe('damaged_recording')
    expect(plain.length).toBe(0)
  })

  it.each([1, 16, 17, SEALED_CHUNK_BYTES, 2 * SEALED_CHUNK_BYTES])(
    'notices that %i bytes are missing',
    async (cut) => {
      const file = await makeFile(2 * CHUNK_BYTES)
      const short = file.sealed.subarray(0, file.sealed.length - cut)
      const { plain, error } = await readSpan(file, short, { offset: 0, length: file.plain.length })
      expect((error as Problem).code).toBe('damaged_recording')
      expect(plain.equals(file.plain.subarray(0, plain.length))).toBe(true)
    },
  )

  it('notices that a file was cut at a chunk border and its length changed to match', async () => {
    const file = await makeFile(2 * CHUNK_BYTES)
    const decryption = file.payload.decryptSpan({ offset: 0, length: CHUNK_BYTES }, CHUNK_BYTES)
    const chunk = file.sealed.subarray(file.header.length, file.header.length + SEALED_CHUNK_BYTES)
    expect(() => decryption.push(chunk)).toThrow(expect.objectContaining({ code: 'damaged_recording' }))
  })

  it('refuses bytes beyond the span', async () => {
    const file = await makeFile(100)
    const decryption = file.payload.decryptSpan({ offset: 0, length: 100 }, 100)
    const tooMuch = Buffer.concat([file.sealed.subarray(file.header.length), Buffer.from('x')])
    expect(() => decryption.push(tooMuch)).toThrow(expect.objectContaining({ code: 'damaged_recording' }))
  })

  it('refuses a span outside the file', async () => {
    const { payload } = await makeFile(10)
    for (const span of [
      { offset: -1, length: 2 },
      { offset: 5, length: 6 },
      { offset: 0, length: 0 },
    ]) {
      expect(() => payload.cipherSpan(span, 10)).toThrow(RangeError)
    }
  })

  it('says that the recording is damaged when header and identity do not belong together', async () => {
    const { header } = newAgeFile()
    const { identity } = newAgeFile()
    expect(() => openAgePayload({ header, identity })).toThrow(Problem)
    expect(() => openAgePayload({ header: header.subarray(0, 40), identity })).toThrow(
      expect.objectContaining({ code: 'damaged_recording' }),
    )
  })
})
