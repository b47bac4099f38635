import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestStream } from '../../../src/kernel/stream-digest.ts'
import { headGate } from '../../../src/kernel/stream-head.ts'

const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)))

describe('digestStream', () => {
  it('counts and hashes exactly what passes, also for a consumer that comes late', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const digest = digestStream()
        const flow = pipeline(Readable.from(chunks, { objectMode: false }), digest.stream)
        await new Promise((resolve) => setImmediate(resolve))
        const [out] = await Promise.all([buffer(digest.stream), flow])
        const all = Buffer.concat(chunks)
        expect(out).toEqual(all)
        expect(digest.bytes()).toBe(all.length)
        expect(digest.sha256()).toEqual(createHash('sha256').update(all).digest())
      }),
    )
  })
})

describe('headGate', () => {
  it('shows the start once, however it is cut, and then passes everything on', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 120 }), async (chunks, headBytes) => {
        const heads: Buffer[] = []
        const gate = headGate(headBytes, (head) => heads.push(head))
        const [out] = await Promise.all([
          buffer(gate),
          pipeline(Readable.from(chunks, { objectMode: false }), gate),
        ])
        const all = Buffer.concat(chunks)
        expect(out).toEqual(all)
        expect(heads).toHaveLength(1)
        const [head = Buffer.alloc(0)] = heads
        expect(all.subarray(0, head.length)).toEqual(head)
        expect(head.length).toBeGreaterThanOrEqual(Math.min(headBytes, all.length))
      }),
    )
  })

  it('lets nothing pass that was judged to be wrong', async () => {
    const passed: Buffer[] = []
    const gate = headGate(4, () => {
      throw new Error('no')
    })
    const end = new PassThrough().on('data', (chunk: Buffer) => passed.push(chunk))
    await expect(pipeline(Readable.from([Buffer.from('abcdefgh')]), gate, end)).rejects.toThrow('no')
    expect(passed).toEqual([])
  })
})
