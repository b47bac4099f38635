import { PassThrough, type Readable } from 'node:stream'
import { decryptAgeFile } from '../../../src/storage/age/index.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import type { IngestApp } from '../ingest/ingest-app.ts'

/** One attempt to store something, finished or not, and every byte that reached the store by it. */
export interface Put {
  readonly key: string
  /** The plain bytes, as far as they came. */
  opened(): Promise<Buffer>
}

export type PutLog = ReturnType<typeof watchPuts>

/** Writes down everything that is ever given to a store, with the key that opens it. */
export function watchPuts() {
  let app: Pick<IngestApp, 'db' | 'keyring'> | undefined
  let puts: Put[] = []

  /** While an object is being stored its row is there; after a failure the key is gone with it. */
  async function identityOf(key: string): Promise<Uint8Array> {
    const id = key.split('/')[1] ?? ''
    if (!app) throw new Error('nobody said what opens the objects')
    const row = await app.db
      .selectFrom('recording_key')
      .selectAll()
      .where('recording_id', '=', id)
      .executeTakeFirstOrThrow()
    return app.keyring.unwrap({ kekId: row.kek_id, wrapped: row.wrapped }, id)
  }

  return {
    openWith(parts: Pick<IngestApp, 'db' | 'keyring'>): void {
      app = parts
    },
    layer:
      (store: ObjectStore): ObjectStore['put'] =>
      async (key, body, signal) => {
        const identity = await identityOf(key)
        const pieces: Buffer[] = []
        puts.push({ key, opened: () => openAsFarAs(pieces, identity) })
        const through = new PassThrough()
        body.on('data', (piece: Buffer) => pieces.push(piece))
        body.once('error', (error) => through.destroy(error))
        return store.put(key, body.pipe(through), signal)
      },
    takeAll(): Put[] {
      const taken = puts
      puts = []
      return taken
    },
  }
}

/** What came out before a missing end was genuine all the same. */
async function openAsFarAs(pieces: readonly Buffer[], identity: Uint8Array): Promise<Buffer> {
  const plain: Buffer[] = []
  const decryption: Readable = decryptAgeFile([identity])
  decryption.on('data', (piece: Buffer) => plain.push(piece))
  const ended = new Promise((resolve) => decryption.once('close', resolve))
  decryption.on('error', () => {})
  for (const piece of pieces) (decryption as PassThrough).write(piece)
  ;(decryption as PassThrough).end()
  await ended
  return Buffer.concat(plain)
}
