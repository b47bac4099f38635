import { randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ObjectVersion } from '../../src/storage/object-store.ts'
import { collect, never, newPrefix, PART, putBytes, type StoreUnderTest, TAGS } from './store-under-test.ts'

/** Tags, versions, holds, and the removal of all of it. */
export function describeKeeping(subject: () => StoreUnderTest): void {
  const store = () => subject().store
  const raw = () => subject().raw
  describe('tags', () => {
    it.each([10, 2 * PART])('of an object of %i bytes come back as they were set', async (size) => {
      const key = `${newPrefix()}original.age`
      await putBytes(store(), key, randomBytes(size))
      expect(await store().tags(key)).toEqual({})
      await store().setTags(key, TAGS)
      expect(await store().tags(key)).toEqual(TAGS)
      expect(await raw().tags(key)).toEqual(TAGS)
      const later = { ...TAGS, 'retain-until': 'open', hold: 'held' as const }
      await store().setTags(key, later)
      expect(await store().tags(key)).toEqual(later)
    })

    it('belong to one version: those of an older one are set and read by its name', async () => {
      const key = `${newPrefix()}original.age`
      const first = await putBytes(store(), key, Buffer.from('first'))
      const second = await putBytes(store(), key, Buffer.from('second'))
      const held = { ...TAGS, hold: 'held' as const }
      await store().setTags(key, held, first.versionId)
      expect(await store().tags(key)).toEqual({})
      await store().setTags(key, TAGS)
      expect(await store().tags(key, first.versionId)).toEqual(held)
      expect(await store().tags(key, second.versionId)).toEqual(TAGS)
    })

    it('cannot be put on a version that is not there', async () => {
      const key = `${newPrefix()}original.age`
      const gone = await putBytes(store(), key, Buffer.from('gone'))
      await putBytes(store(), key, Buffer.from('there'))
      await store().removeVersions([{ key, versionId: gone.versionId }])
      await expect(store().setTags(key, TAGS, gone.versionId)).rejects.toMatchObject({ kind: 'missing' })
    })
  })

  describe('versions', () => {
    it('are all kept when an object is overwritten, and the newest is read', async () => {
      const key = `${newPrefix()}original.age`
      const first = await putBytes(store(), key, Buffer.from('first'))
      const second = await putBytes(store(), key, Buffer.from('the second'))
      expect(second.versionId).not.toBe(first.versionId)
      const listed = await collect(store().listVersions(key.replace(/[^/]+$/, '')))
      const latest = new Map(listed.map((version) => [version.versionId, version]))
      expect(listed).toHaveLength(2)
      expect(latest.get(first.versionId)).toMatchObject({ key, bytes: 5, isLatest: false, isMarker: false })
      expect(latest.get(second.versionId)).toMatchObject({
        key,
        bytes: 10,
        isLatest: true,
        isMarker: false,
      })
      expect(latest.get(second.versionId)?.lastModified).toBeInstanceOf(Date)
      expect((await buffer(await store().open(key, { offset: 0, length: 10 }, never))).toString()).toBe(
        'the second',
      )
      expect(await store().head(key)).toEqual({ bytes: 10, versionId: second.versionId })
    })

    it('are removed one by one: removing the newest brings back the older', async () => {
      const key = `${newPrefix()}original.age`
      await putBytes(store(), key, Buffer.from('first'))
      const second = await putBytes(store(), key, Buffer.from('second'))
      expect(await store().removeVersions([{ key, versionId: second.versionId }])).toEqual({
        removed: 1,
        failed: [],
      })
      expect((await raw().read(key)).toString()).toBe('first')
    })
  })

  describe('holds', () => {
    it('refuse removal and are named, while the others go', async () => {
      const prefix = newPrefix()
      const names = ['a.age', 'held.age', 'z.age']
      const versions: Pick<ObjectVersion, 'key' | 'versionId'>[] = []
      for (const file of names) {
        const { versionId } = await putBytes(store(), `${prefix}${file}`, Buffer.from(file))
        versions.push({ key: `${prefix}${file}`, versionId })
      }
      const held = { key: `${prefix}held.age`, versionId: versions[1]?.versionId ?? '' }
      expect(await store().isHeld(held.key, held.versionId)).toBe(false)
      expect(await store().setHold(held.key, held.versionId, true)).toBe('done')
      expect(await store().isHeld(held.key, held.versionId)).toBe(true)
      expect(await store().isHeld(versions[0]?.key ?? '', versions[0]?.versionId ?? '')).toBe(false)
      expect(await store().removeVersions(versions)).toEqual({
        removed: 2,
        failed: [{ ...held, code: 'AccessDenied' }],
      })
      expect(await raw().versions(prefix)).toEqual([{ ...held, bytes: 8 }])
      await store().setHold(held.key, held.versionId, false)
      expect(await store().isHeld(held.key, held.versionId)).toBe(false)
      expect(await store().removeVersions([held])).toEqual({ removed: 1, failed: [] })
      expect(await raw().versions(prefix)).toEqual([])
    })

    it('stay when tags change', async () => {
      const key = `${newPrefix()}original.age`
      const { versionId } = await putBytes(store(), key, Buffer.from('x'))
      await store().setHold(key, versionId, true)
      await store().setTags(key, TAGS)
      expect((await store().removeVersions([{ key, versionId }])).failed).toHaveLength(1)
      await store().setHold(key, versionId, false)
      await store().removeVersions([{ key, versionId }])
    })

    it('cannot be put on a version that is not there', async () => {
      const key = `${newPrefix()}original.age`
      const { versionId } = await putBytes(store(), key, Buffer.from('x'))
      await store().removeVersions([{ key, versionId }])
      await expect(store().setHold(key, versionId, true)).rejects.toMatchObject({ kind: 'missing' })
    })
  })

  describe('clearing a prefix', () => {
    it('lists and removes more than a thousand versions in one call, and no neighbour', async () => {
      const base = randomUUID()
      await raw().fill(`recordings/${base}/`, 1103)
      await raw().fill(`recordings/${base}2/`, 1)
      const versions = await collect(store().listVersions(`recordings/${base}/`))
      expect(versions).toHaveLength(1103)
      expect(new Set(versions.map((version) => version.key)).size).toBe(1103)
      expect(await store().removeVersions(versions)).toEqual({ removed: 1103, failed: [] })
      expect(await raw().versions(`recordings/${base}/`)).toEqual([])
      expect(await raw().versions(`recordings/${base}2/`)).toHaveLength(1)
    }, 180_000)

    it('finds and ends more than a thousand unfinished uploads, and no neighbour', async () => {
      const base = randomUUID()
      await raw().strand(`recordings/${base}/`, 1003)
      await raw().strand(`recordings/${base}2/`, 1)
      const uploads = await collect(store().listUploads(`recordings/${base}/`))
      expect(uploads).toHaveLength(1003)
      expect(uploads[0]?.initiated).toBeInstanceOf(Date)
      for (let at = 0; at < uploads.length; at += 20) {
        await Promise.all(uploads.slice(at, at + 20).map((upload) => store().abortUpload(upload)))
      }
      expect(await raw().uploads(`recordings/${base}/`)).toEqual([])
      expect(await raw().uploads(`recordings/${base}2/`)).toHaveLength(1)
      await store().abortUpload(uploads[0] ?? { key: '', uploadId: '' })
    }, 180_000)

    it('refuses a prefix that is not whole path segments', async () => {
      await expect(collect(store().listVersions('recordings/abc'))).rejects.toThrow(TypeError)
      await expect(collect(store().listUploads(''))).rejects.toThrow(TypeError)
    })
  })
}
