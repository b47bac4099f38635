import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newPrefix, putBytes, type StoreUnderTest } from './store-under-test.ts'

/** What a destruction is proven with. */
export function describeProving(subject: () => StoreUnderTest): void {
  const store = () => subject().store
  describe('an empty prefix', () => {
    it('is one without any version, however old', async () => {
      const prefix = newPrefix()
      expect(await store().isEmpty(prefix)).toBe(true)
      const key = `${prefix}original.age`
      const first = await putBytes(store(), key, Buffer.from('first'))
      const second = await putBytes(store(), key, Buffer.from('second'))
      expect(await store().isEmpty(prefix)).toBe(false)
      await store().removeVersions([{ key, versionId: second.versionId }])
      expect(await store().isEmpty(prefix)).toBe(false)
      await store().removeVersions([{ key, versionId: first.versionId }])
      expect(await store().isEmpty(prefix)).toBe(true)
    })

    it('is not told from what its neighbours have', async () => {
      const base = randomUUID()
      const { versionId } = await putBytes(store(), `recordings/${base}2/original.age`, Buffer.from('x'))
      expect(await store().isEmpty(`recordings/${base}/`)).toBe(true)
      await expect(store().isEmpty(`recordings/${base}`)).rejects.toThrow(TypeError)
      await store().removeVersions([{ key: `recordings/${base}2/original.age`, versionId }])
    })
  })

  it('tells the time of the store, when it has a clock of its own', async () => {
    const now = await store().now()
    if (store().kind === 'file') expect(now).toBeUndefined()
    else expect(Math.abs((now?.getTime() ?? 0) - Date.now())).toBeLessThan(5000)
  })
}
