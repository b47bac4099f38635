import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIB } from '../../../src/kernel/units.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { type ObjectStore, ObjectStoreError } from '../../../src/storage/object-store.ts'
import { askServices } from '../../support/ask-services.ts'
import { startFaultProxy } from '../../support/fault-proxy.ts'
import type { PostgresAddress } from '../../support/postgres.ts'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  contents,
  deliver,
  eventually,
  type IngestApp,
  layered,
  metadata,
  NOTHING,
  rawRequest,
  startIngestApp,
  storedFiles,
} from './ingest-app.ts'

let app: IngestApp | undefined
const cleanUp: (() => unknown)[] = []
let layer: Partial<ObjectStore>

beforeEach(() => {
  layer = {}
})
afterEach(async () => {
  await app?.close()
  app = undefined
  for (const step of cleanUp.splice(0)) await step()
})

/** An app whose store can be made to fail in one operation. */
async function appWithLayer(make: (files: ObjectStore) => Partial<ObjectStore>): Promise<IngestApp> {
  app = await startIngestApp({
    store: (files) => {
      layer = make(files)
      return layered(files, layer)
    },
  })
  return app
}

const fails = (kind: ObjectStoreError['kind']) => async (): Promise<never> => {
  throw new ObjectStoreError(kind, 'the test says so')
}

describe('a store that fails or lies', () => {
  const cases: [string, (files: ObjectStore) => Partial<ObjectStore>, [number, string]][] = [
    ['is unreachable', () => ({ put: fails('unavailable') }), [503, 'unavailable']],
    ['denies the write', () => ({ put: fails('denied') }), [503, 'unavailable']],
    ['is full', () => ({ put: fails('full') }), [507, 'storage_full']],
    [
      'breaks off in the middle',
      () => ({
        async put(_key, body) {
          for await (const _chunk of body) throw new ObjectStoreError('unavailable', 'the test says so')
          throw new Error('no chunk')
        },
      }),
      [503, 'unavailable'],
    ],
    [
      'kept less than it acknowledged',
      (files) => ({
        async head(key) {
          const found = await files.head(key)
          return found && { ...found, bytes: found.bytes - 1 }
        },
      }),
      [503, 'unavailable'],
    ],
    ['lost the object', () => ({ head: async () => undefined }), [503, 'unavailable']],
    ['cannot set tags', () => ({ setTags: fails('unavailable') }), [503, 'unavailable']],
    ['drops tags without a word', () => ({ setTags: async () => {} }), [503, 'unavailable']],
  ]
  it.each(cases)('%s: refused, and nothing stays', async (_name, make, [status, code]) => {
    const own = await appWithLayer(make)
    const answer = await deliver(own, metadata(own), wav(5))
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(JSON.stringify(answer.body)).not.toContain('the test says so')
    expect(await contents(own)).toEqual(NOTHING)
    expect(await storedFiles(own)).toEqual([])
  })

  it('a disk that is really full answers 507 and keeps nothing, and serves again once there is room', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'lb-ingest-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
    cleanUp.push(() => {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })
    app = await startIngestApp({ store: () => openFileObjectStore(disk) })
    const large = await deliver(app, metadata(app), Buffer.concat([wav(1), Buffer.alloc(3 * MIB, 5)]))
    expect([large.status, large.body.code]).toEqual([507, 'storage_full'])
    expect(await contents(app)).toEqual(NOTHING)
    expect((await deliver(app, metadata(app), wav(2))).status).toBe(201)
  })
})

describe('a database that fails', () => {
  async function appBehindProxy() {
    const { host, port } = await askServices<PostgresAddress>('postgres')
    const proxy = await startFaultProxy({ host, port })
    cleanUp.push(() => proxy.close())
    app = await startIngestApp({
      databaseUrl: (own) => {
        const address = new URL(own)
        address.host = `127.0.0.1:${proxy.port}`
        return address.href
      },
    })
    return { own: app, proxy }
  }

  it('before the upload: refused with 503, and nothing stays', async () => {
    const { own, proxy } = await appBehindProxy()
    proxy.set({ refuse: true })
    proxy.cutAll()
    const answer = await deliver(own, metadata(own), wav(5))
    expect(answer.status).toBe(503)
    expect(await contents(own)).toEqual(NOTHING)
    proxy.set({})
    expect((await deliver(own, metadata(own), wav(5))).status).toBe(201)
  })

  it('during the upload: refused with 503, and recovery leaves nothing', async () => {
    const { own, proxy } = await appBehindProxy()
    const body = formBody([metadataPart(metadata(own)), audioPart(wav(60))])
    const request = await rawRequest(own, { 'Content-Length': String(body.length) })
    request.socket.write(body.subarray(0, 500_000))
    await eventually(async () => (await contents(own)).uploads === 1, 'an upload in the store')
    proxy.set({ refuse: true })
    proxy.cutAll()
    request.socket.write(body.subarray(500_000))
    await eventually(() => request.answer().includes('}'), 'an answer')
    expect(request.answer()).toMatch(/^HTTP\/1.1 503 /)
    request.socket.destroy()
    proxy.set({})
    await own.recoverIngests()
    expect(await contents(own)).toEqual(NOTHING)
    expect(await storedFiles(own)).toEqual([])
  })

  it('at any moment of the exchange: the answer and what is stored agree', async () => {
    const { own, proxy } = await appBehindProxy()
    for (let bytes = 0; bytes < 12_000; bytes += 400) {
      const call = metadata(own)
      proxy.cutAll()
      proxy.set({ cutAfter: { direction: bytes % 800 === 0 ? 'down' : 'up', bytes } })
      const { status } = await deliver(own, call, wav(1))
      proxy.set({})
      await own.recoverIngests()
      const rows = await own.db
        .selectFrom('recording')
        .select(['id', 'status'])
        .where('call_id', '=', String(call.callId))
        .execute()
      // 503 may hide a commit whose answer was lost, but never half a recording.
      if (status === 201) expect(rows).toHaveLength(1)
      else expect(status).toBe(503)
      expect(rows.every((row) => row.status === 'available')).toBe(true)
      const { recording, rendition, recording_key, versions, uploads } = await contents(own)
      expect([rendition, recording_key, versions, uploads]).toEqual([recording, recording, recording, 0])
    }
  })
})
