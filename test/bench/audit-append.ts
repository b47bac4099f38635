import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { AuditEvent } from '../../src/audit/append.ts'
import { makeSealAudit } from '../../src/audit/seal.ts'
import { makeSigner } from '../../src/audit/sign.ts'
import { makeAuditTrail } from '../../src/audit/trail.ts'
import { openDatabase } from '../../src/db/database.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { openFileObjectStore } from '../../src/storage/file-object-store.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { type Comparison, compare, type Work } from './measure.ts'

const CONNECTIONS = 8
const SEAL_EVERY_MS = 1000

/** The same row in a table that nothing is proven of: no numbers, no tree, no triggers. */
const PLAIN = 'create table plain_event (like audit_event including defaults including constraints)'
const INSERT = {
  name: 'plain',
  text: `insert into plain_event (id, occurred_at, type, action, outcome, actor_sub, actor_roles, recording_id, detail)
    values ($1, $2, $3, 'R', 'ok', $4, $5, $6, $7)`,
}

const event = (): AuditEvent => ({
  ...{ type: 'recording.audio_opened', action: 'R', outcome: 'ok', at: new Date() },
  actor: { sub: 'agent-07', roles: ['agent'], entities: ['hmbs'] },
  recordingId: randomUUID(),
  detail: { stream: randomUUID(), offset: 0, length: 65_536, of: 5_000_000 },
})

/**
 * Events that eight listeners wait for, durable and sealed every second meanwhile, beside eight connections that
 * each insert and commit a plain row.
 */
export async function auditAppendBench(
  postgres: TestPostgres,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Comparison & { readonly sealed: number }> {
  const database = await postgres.createDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'lb-bench-audit-'))
  const own = openDatabase(database.url, 2)
  const sealing = openDatabase(database.url, 2)
  const plain = new pg.Pool({ connectionString: database.url, max: CONNECTIONS })
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const seal = makeSealAudit({
    ...{ db: sealing.db, store: await openFileObjectStore(directory), signer, origin: 'bench/audit' },
    ...{ clock: systemClock, keys: async () => [signer.publicJwk] },
  })
  const stop = new AbortController()
  try {
    await plain.query(PLAIN)
    const trail = makeAuditTrail(own.pool, () => undefined)
    const sealed = sealUntil(seal, stop.signal)
    const ours: Work = () => trail.append(event()).then(() => 0)
    const peer: Work = () => insertPlain(plain).then(() => 0)
    const result = await compare(ours, peer, ({ perSecond }) => perSecond, {
      ...{ connections: CONNECTIONS, seconds, rounds },
    })
    stop.abort()
    return { ...result, sealed: await sealed }
  } finally {
    stop.abort()
    await Promise.all([own.close(), sealing.close(), plain.end()])
    await rm(directory, { recursive: true })
    await database.drop()
  }
}

async function sealUntil(seal: ReturnType<typeof makeSealAudit>, signal: AbortSignal): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    total += await seal(signal)
    await sleep(SEAL_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  return total
}

async function insertPlain(pool: pg.Pool): Promise<void> {
  const { at, type, actor, recordingId, detail } = event()
  const values = [randomUUID(), at, type, actor?.sub, actor?.roles, recordingId, detail]
  await pool.query({ ...INSERT, values })
}
