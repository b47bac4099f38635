import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { collect, never, newPrefix, PART, putBytes, type StoreUnderTest, TAGS } from './store-under-test.ts'

/** Any span is read, and readers that leave hold nothing. */
export function describeOpening(subject: () => StoreUnderTest): void {
  const store = () => subject().store
  describe('opening a span', () => {
    const bytes = randomBytes(PART + 700_000)
    let key: string
    beforeAll(async () => {
      key = `${newPrefix()}original.age`
      await putBytes(store(), key, bytes)
    })

    it.each([
      [0, 1],
      [0, 2],
      [1, 65_552],
      [PART - 10, 20],
      [bytes.length - 1, 1],
      [0, bytes.length],
    ])('gives the bytes from %i on, %i of them', async (offset, length) => {
      const got = await buffer(await store().open(key, { offset, length }, never))
      expect(got.equals(bytes.subarray(offset, offset + length))).toBe(true)
    })

    it('ends early where the object does, as the reader knows how many bytes to expect', async () => {
      const got = await buffer(await store().open(key, { offset: bytes.length - 5, length: 10 }, never))
      expect(got.equals(bytes.subarray(-5))).toBe(true)
      expect(await buffer(await store().open(key, { offset: bytes.length, length: 10 }, never))).toHaveLength(
        0,
      )
    })

    it('serves the next reader after 200 that went away', async () => {
      const away = async () => {
        const leaving = new AbortController()
        const stream = await store().open(key, { offset: 0, length: bytes.length }, leaving.signal)
        stream.on('error', () => {})
        stream.once('data', () => leaving.abort())
        await new Promise((resolve) => stream.once('close', resolve))
      }
      for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 20 }, away))
      const got = await buffer(await store().open(key, { offset: 7, length: 3 }, never))
      expect(got.equals(bytes.subarray(7, 10))).toBe(true)
    })

    it('serves the next reader after 50 that never read and were only destroyed', async () => {
      const streams = await Promise.all(
        Array.from({ length: 50 }, () => store().open(key, { offset: 0, length: bytes.length }, never)),
      )
      for (const stream of streams) stream.destroy()
      expect(await buffer(await store().open(key, { offset: 0, length: 1 }, never))).toHaveLength(1)
    })

    it('serves the next reader after 20 that aborted before they listened', async () => {
      const leaving = new AbortController()
      const open = () => store().open(key, { offset: 0, length: bytes.length }, leaving.signal)
      const streams = await Promise.all(Array.from({ length: 20 }, open))
      leaving.abort()
      await expect.poll(() => streams.every((stream) => stream.destroyed)).toBe(true)
      expect(await buffer(await store().open(key, { offset: 0, length: 1 }, never))).toHaveLength(1)
    })

    it('fails when the signal is aborted before', async () => {
      const aborted = async () => {
        await buffer(await store().open(key, { offset: 0, length: 10 }, AbortSignal.abort()))
      }
      await expect(aborted()).rejects.toThrow()
    })

    it('waits for a slow reader without taking the whole object', async () => {
      const stream = await store().open(key, { offset: 0, length: bytes.length }, never)
      await delay(300)
      expect(stream.readableLength).toBeLessThan(1024 * 1024)
      expect((await buffer(stream)).equals(bytes)).toBe(true)
    })
  })

  describe('what is not there', () => {
    const key = `${newPrefix()}original.age`

    it('is told apart from a failure', async () => {
      expect(await store().head(key)).toBeUndefined()
      const missing = expect.objectContaining({ name: 'ObjectStoreError', kind: 'missing' })
      await expect(store().open(key, { offset: 0, length: 1 }, never)).rejects.toEqual(missing)
      await expect(store().tags(key)).rejects.toEqual(missing)
      await expect(store().setTags(key, TAGS)).rejects.toEqual(missing)
    })

    it('is not claimed by a store that failed', async () => {
      const failed = expect.objectContaining({ name: 'ObjectStoreError', kind: 'unavailable' })
      const { broken } = subject()
      await expect(broken.ping(never)).rejects.toEqual(failed)
      await expect(broken.head(key)).rejects.toEqual(failed)
      await expect(broken.open(key, { offset: 0, length: 1 }, never)).rejects.toEqual(failed)
      await expect(collect(broken.listVersions(newPrefix()))).rejects.toEqual(failed)
      await expect(collect(broken.listUploads(newPrefix()))).rejects.toEqual(failed)
    })

    it('has no versions and no uploads', async () => {
      expect(await collect(store().listVersions(newPrefix()))).toEqual([])
      expect(await collect(store().listUploads(newPrefix()))).toEqual([])
    })

    it('counts as removed', async () => {
      const written = await putBytes(store(), `${newPrefix()}original.age`, Buffer.from('x'))
      const gone = { key, versionId: written.versionId }
      expect((await store().removeVersions([])).failed).toEqual([])
      expect((await store().removeVersions([gone])).failed).toEqual([])
    })
  })
}
