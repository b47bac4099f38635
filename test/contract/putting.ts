import { createHash, randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inPieces, never, newPrefix, PART, putBytes, type StoreUnderTest } from './store-under-test.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Everything or nothing is stored, and the bytes are the same. */
export function describePutting(subject: () => StoreUnderTest): void {
  const store = () => subject().store
  const raw = () => subject().raw
  describe('putting', () => {
    it.each([0, 1, 100_000, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 123_457])(
      'stores %i bytes that come back the same',
      async (size) => {
        const key = `${newPrefix()}original.age`
        const bytes = randomBytes(size)
        const put = await store().put(key, inPieces(bytes), never)
        expect(put.bytes).toBe(size)
        expect(sha256(await raw().read(key))).toBe(sha256(bytes))
        expect(await raw().versions(key)).toEqual([{ key, versionId: put.versionId, bytes: size }])
        expect(await store().head(key)).toEqual({ bytes: size, versionId: put.versionId })
      },
    )

    it('does not lose the first bytes of a stream that started before', async () => {
      const key = `${newPrefix()}original.age`
      const body = new PassThrough()
      body.write('begin ')
      await delay(20)
      const putting = store().put(key, body, never)
      await delay(20)
      body.end('end')
      await putting
      expect((await raw().read(key)).toString()).toBe('begin end')
    })

    it.each([10_000, PART + 10_000, 2 * PART + 10_000])(
      'leaves nothing when the signal aborts after %i bytes',
      async (size) => {
        const prefix = newPrefix()
        const aborting = new AbortController()
        const body = new PassThrough({ highWaterMark: 3 * PART })
        const putting = store().put(`${prefix}original.age`, body, aborting.signal)
        body.write(randomBytes(size))
        await delay(150)
        aborting.abort()
        await expect(putting).rejects.toThrow()
        expect(body.destroyed).toBe(true)
        expect(await raw().versions(prefix)).toEqual([])
        expect(await raw().uploads(prefix)).toEqual([])
      },
    )

    it('leaves nothing when the signal was aborted before', async () => {
      const prefix = newPrefix()
      const body = inPieces(randomBytes(10))
      await expect(store().put(`${prefix}original.age`, body, AbortSignal.abort())).rejects.toThrow()
      expect(body.destroyed).toBe(true)
      expect(await raw().versions(prefix)).toEqual([])
      expect(await raw().uploads(prefix)).toEqual([])
    })

    it.each([10_000, PART + 10_000])(
      'leaves nothing when the stream fails after %i bytes, and fails with the error of the stream',
      async (size) => {
        const prefix = newPrefix()
        const reason = new Error('the caller hung up')
        const body = new PassThrough({ highWaterMark: 3 * PART })
        const putting = store().put(`${prefix}original.age`, body, never)
        body.write(randomBytes(size))
        await delay(100)
        body.destroy(reason)
        await expect(putting).rejects.toBe(reason)
        expect(await raw().versions(prefix)).toEqual([])
        expect(await raw().uploads(prefix)).toEqual([])
      },
    )

    it('keeps the older version when an overwrite fails', async () => {
      const key = `${newPrefix()}original.age`
      await putBytes(store(), key, Buffer.from('first'))
      const body = new Readable({ read() {} })
      const putting = store().put(key, body, never)
      body.push('second')
      body.destroy(new Error('gone'))
      await expect(putting).rejects.toThrow('gone')
      expect((await raw().read(key)).toString()).toBe('first')
      expect(await raw().versions(key)).toHaveLength(1)
    })

    it('stores 20 objects at the same time', async () => {
      const prefix = newPrefix()
      const bodies = Array.from({ length: 20 }, () => randomBytes(300_000))
      await Promise.all(bodies.map((bytes, i) => putBytes(store(), `${prefix}${i}.age`, bytes)))
      for (const [i, bytes] of bodies.entries()) {
        expect(sha256(await raw().read(`${prefix}${i}.age`))).toBe(sha256(bytes))
      }
    })
  })
}
