import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { type AuditEvent, appendAudit } from '../../../src/audit/append.ts'
import { type NoteKey, openCheckpoint, readVerifierKey, verifierKey } from '../../../src/audit/checkpoint.ts'
import { exportLog } from '../../../src/audit/export-log.ts'
import { makeSealAudit, type SealPorts } from '../../../src/audit/seal.ts'
import { lastCheckpoint } from '../../../src/audit/seal-queries.ts'
import { makeSigner } from '../../../src/audit/sign.ts'
import { verifyExport } from '../../../src/audit/verify-export.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { testClock } from '../../support/clock.ts'
import { startPostgres } from '../../support/postgres.ts'

export type LogStage = Awaited<ReturnType<typeof setLogStage>>

/** An audit log of its own with its sealer, and what an auditor has: export, checkpoint, key. */
export async function setLogStage() {
  const directory = await mkdtemp(join(tmpdir(), 'lb-audit-'))
  // What is sealed waits for every transaction of the server, also those of other tests: this needs its own.
  const postgres = await startPostgres()
  const database = await postgres.createDatabase()
  const opened = openDatabase(database.url, 6)
  const { db } = opened
  const store = await openFileObjectStore(directory)
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const clock = testClock('2026-11-22T11:00:00Z')
  const origin = 'log.test/audit'
  const ports: SealPorts = { db, store, signer, origin, clock, keys: async () => [signer.publicJwk] }
  const key: NoteKey = readVerifierKey(verifierKey(origin, signer.publicJwk))
  const idle = new AbortController().signal
  const event = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
    type: 'test.happened',
    action: 'R',
    outcome: 'ok',
    at: clock.now(),
    actor: { sub: 'someone', roles: ['agent', 'member'] },
    caseRef: 'C-1',
    recordingId: randomUUID(),
    detail: { text: 'a "quoted" },"payload": ü\u2028', n: 1.5 },
    ...changes,
  })
  async function exportLines(entities: readonly string[] | 'all' = 'all'): Promise<string[]> {
    const size = (await lastCheckpoint(db))?.size ?? 0
    let text = ''
    for await (const part of exportLog(db, size, entities)) text += part
    return text.split('\n').slice(0, -1)
  }
  const checkpoint = async () => {
    const row = await lastCheckpoint(db)
    if (!row) throw new Error('nothing was sealed')
    return openCheckpoint(row.note, key)
  }
  return {
    ...{ db, pool: opened.pool, databaseUrl: database.url, store, signer, clock, origin, ports, key, event },
    seal: () => makeSealAudit(ports)(idle),
    sealer: (changes: Partial<SealPorts> = {}) => {
      const seal = makeSealAudit({ ...ports, ...changes })
      return () => seal(idle)
    },
    add: (count: number, changes: Partial<AuditEvent> = {}) =>
      count === 0
        ? Promise.resolve()
        : appendAudit(db, ...Array.from({ length: count }, (_, n) => event({ detail: { n }, ...changes }))),
    exportLines,
    checkpoint,
    verify: async (lines?: readonly string[], checkpoints?: Parameters<typeof verifyExport>[1]) => {
      const text = `${(lines ?? (await exportLines())).join('\n')}\n`
      return verifyExport(Readable.from(pieces(Buffer.from(text))), checkpoints ?? [await checkpoint()], key)
    },
    /** As somebody who owns the tables and takes the triggers away. */
    tamper: async (statement: string) => {
      await sql`alter table audit_event disable trigger user`.execute(db)
      await sql`alter table audit_seal disable trigger user`.execute(db)
      await sql.raw(statement).execute(db)
      await sql`alter table audit_event enable trigger user`.execute(db)
      await sql`alter table audit_seal enable trigger user`.execute(db)
    },
    seqs: async () =>
      (await db.selectFrom('audit_seal').select('seq').orderBy('seq').execute()).map(({ seq }) => seq),
    async close() {
      await opened.close()
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Broken at places that no line ends at. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1009) yield bytes.subarray(at, at + 1009)
}
