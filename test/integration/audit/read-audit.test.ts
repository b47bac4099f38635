import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AuditEvent, appendAudit } from '../../../src/audit/append.ts'
import { openCheckpoint, readVerifierKey, verifierKey } from '../../../src/audit/checkpoint.ts'
import { isConsistent, isIncluded, leafHash } from '../../../src/audit/merkle.ts'
import { makeSigner } from '../../../src/audit/sign.ts'
import { verifyExport } from '../../../src/audit/verify-export.ts'
import { composeAudit } from '../../../src/compose/audit.ts'
import { startPostgres } from '../../support/postgres.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  bearer,
  type ListeningApp,
  startListeningApp,
} from '../listening/listening-app.ts'

const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
const origin = 'app.test/audit'
const key = readVerifierKey(verifierKey(origin, signer.publicJwk))
const ENTITIES = ['hmbs', 'hmbs-advies', 'other']
const officer = persons.privacyOfficer()
const auditor = persons.auditor()

let app: ListeningApp
beforeAll(async () => {
  // What is sealed waits for every transaction of the server, also those of other tests: this needs its own.
  const postgres = await startPostgres()
  app = await startListeningApp({
    database: await postgres.createDatabase(),
    also: (parts) =>
      composeAudit({ ...parts, signer }, { origin, years: 5, allEntities: () => ENTITIES }).endpoints,
  })
  return async () => {
    await app.close()
    await postgres.stop()
  }
})

async function get(claims: Claims, path: string) {
  const response = await fetch(app.url + path, { headers: bearer(app, claims) })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') && !text.endsWith('\n')
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
  return { status: response.status, text, body: (isJson ? JSON.parse(text) : null) as any }
}
const hear = async (id: string) => {
  const response = await fetch(`${app.url}/v1/recordings/${id}/audio`, { headers: asMember(app) })
  await response.arrayBuffer()
}

describe('reading the audit log', () => {
  it('shows what has just happened, by recording, actor, type and period, a page at a time', async () => {
    const { id } = await addRecording(app)
    for (let n = 0; n < 3; n++) await hear(id)
    const { body } = await get(
      auditor,
      `/v1/audit-events?recordingId=${id}&type=recording.audio_opened&limit=2`,
    )
    expect(body.items).toHaveLength(2)
    expect(body.items[0]).toMatchObject({
      ...{ type: 'recording.audio_opened', outcome: 'ok', recordingId: id, roles: ['member'] },
      ...{ breakGlass: false, erased: false },
    })
    const next = await get(
      auditor,
      `/v1/audit-events?recordingId=${id}&type=recording.audio_opened&limit=2&cursor=${body.nextCursor}`,
    )
    expect([next.body.items.length, next.body.nextCursor]).toEqual([1, null])
    const seqs = [...body.items, ...next.body.items].map(({ seq }: { seq: number }) => seq)
    expect(seqs).toEqual(seqs.toSorted((a: number, b: number) => b - a))
    const { actor } = body.items[0]
    const byActor = await get(auditor, `/v1/audit-events?actor=${actor}&from=2026-11-22&to=2026-11-22`)
    expect(byActor.body.items.length).toBeGreaterThanOrEqual(3)
    expect((await get(auditor, `/v1/audit-events?actor=${actor}&to=2026-11-21`)).body.items).toEqual([])
    expect((await get(auditor, '/v1/audit-events?cursor=x')).body.errors).toMatchObject([{ field: 'cursor' }])
  })

  it('is itself on record, without whom was looked for', async () => {
    await get(auditor, '/v1/audit-events?actor=somebody-secret')
    const { body } = await get(auditor, '/v1/audit-events?type=audit.listed&limit=1')
    expect(body.items).toMatchObject([{ actor: auditor.sub, detail: { filters: ['actor'] } }])
    expect(JSON.stringify(body)).not.toContain('somebody-secret')
  })

  it('is for officers and auditors, and officers see nothing of recordings of other entities', async () => {
    const { id } = await addRecording(app, { entity: 'hmbs-advies' })
    await hear(id)
    const asked = `/v1/audit-events?recordingId=${id}`
    expect((await get(auditor, asked)).body.items.length).toBeGreaterThan(0)
    expect((await get(officer, asked)).body.items).toEqual([])
    const ofAll = persons.privacyOfficer({ entity: ENTITIES })
    expect((await get(ofAll, asked)).body.items.length).toBeGreaterThan(0)
    for (const path of ['audit-events', 'audit/export', 'audit/checkpoint', 'audit/consistency?from=0'])
      for (const claims of [
        persons.operator(),
        persons.member('M-1001'),
        persons.coach(),
        persons.recordsManager(),
      ])
        expect([path, (await get(claims, `/v1/${path}`)).status]).toEqual([path, 403])
  })
})

describe('what is about no recording', () => {
  const add = async (type: string, about: Pick<AuditEvent, 'entities' | 'actor'>) => {
    const at = app.clock.now()
    await appendAudit(app.db, { type, action: 'U', outcome: 'ok', at, ...about })
    const { body } = await get(auditor, `/v1/audit-events?type=${type}`)
    return body.items[0].id
  }
  const other = persons.privacyOfficer({ sub: 'olga', entity: ['hmbs-advies'] })
  const ofAll = persons.privacyOfficer({ sub: 'ivo', entity: ENTITIES })
  const seenBy = async (id: string, type: string) => {
    const seen: string[] = []
    for (const [name, claims] of Object.entries({ officer, other, ofAll, auditor })) {
      const { items } = (await get(claims, `/v1/audit-events?type=${type}`)).body
      const { status } = await get(claims, `/v1/audit/proof?event=${id}`)
      const { text } = await get(claims, '/v1/audit/export')
      const line = text.split('\n').find((one) => one.includes(id)) ?? ''
      // The list, the proof and the export agree on who may know.
      expect([name, status === 200, !line.includes('"payload":null')]).toEqual([
        ...[name, items.length === 1, items.length === 1],
      ])
      if (items.length === 1) seen.push(name)
    }
    return seen
  }
  const person = (entities: readonly string[]) => ({ sub: 'p', roles: ['privacy_officer'], entities })

  it.each([
    [
      'is for officers of the companies that it says',
      ['hmbs-advies'],
      ['hmbs'],
      ['other', 'ofAll', 'auditor'],
    ],
    ['else of those for which the actor works', undefined, ['hmbs'], ['officer', 'ofAll', 'auditor']],
    ['and of nobody in particular for those of every company', undefined, [], ['ofAll', 'auditor']],
  ])('%s', async (what, entities, actors, seen) => {
    const type = `test.${what.split(' ')[0]}`
    const id = await add(type, { actor: person(actors), ...(entities ? { entities } : {}) })
    expect(await seenBy(id, type)).toEqual(seen)
  })

  it('of before companies were noted is for those of every company, and what was sealed of recordings as before', async () => {
    const { id: recordingId } = await addRecording(app)
    await hear(recordingId)
    const id = await add('test.old', { actor: person(['hmbs']) })
    for (const table of ['audit_event', 'audit_seal']) {
      await sql.raw(`alter table ${table} disable trigger user`).execute(app.db)
      await sql.raw(`update ${table} set entities = null`).execute(app.db)
      await sql.raw(`alter table ${table} enable trigger user`).execute(app.db)
    }
    expect(await seenBy(id, 'test.old')).toEqual(['ofAll', 'auditor'])
    const heard = `/v1/audit-events?recordingId=${recordingId}&type=recording.audio_opened`
    for (const [claims, count] of [
      [officer, 1],
      [other, 0],
    ] as const)
      expect((await get(claims, heard)).body.items).toHaveLength(count)
  })
})

describe('proving the audit log', () => {
  it('gives an export that verifies with the checkpoint and the key alone, also to an officer', async () => {
    const { id } = await addRecording(app, { entity: 'hmbs-advies' })
    await hear(id)
    const { text: note } = await get(auditor, '/v1/audit/checkpoint')
    const checkpoint = openCheckpoint(note, key)
    for (const claims of [auditor, officer]) {
      const { text } = await get(claims, `/v1/audit/export?size=${checkpoint.size}`)
      const verified = await verifyExport(Readable.from([Buffer.from(text)]), [checkpoint], key)
      expect(verified.events).toBe(checkpoint.size)
      expect(verified.withoutPayload > 0).toBe(claims === officer)
    }
    expect((await get(auditor, '/v1/audit/export?size=999999')).body.errors).toMatchObject([
      { field: 'size' },
    ])
  })

  it('proves one event, and that the log only grew', async () => {
    const older = openCheckpoint((await get(auditor, '/v1/audit/checkpoint')).text, key)
    const { id } = await addRecording(app)
    await hear(id)
    const [event] = (await get(auditor, `/v1/audit-events?recordingId=${id}&limit=1`)).body.items
    const { body } = await get(auditor, `/v1/audit/proof?event=${event.id}`)
    const { root, size } = openCheckpoint(body.checkpoint, key)
    const hashes = (list: string[]) => list.map((text) => Buffer.from(text, 'base64'))
    const leaf = leafHash(Buffer.from(body.entry))
    expect(leaf.toString('base64')).toBe(body.leaf)
    expect(isIncluded({ leaf, index: body.seq, size, root }, hashes(body.proof))).toBe(true)
    expect(JSON.parse(body.entry)).toMatchObject({ id: event.id, recordingId: id })
    const grown = await get(auditor, `/v1/audit/consistency?from=${older.size}&to=${size}`)
    expect(isConsistent(older, { size, root }, hashes(grown.body.proof))).toBe(true)
    expect((await get(auditor, `/v1/audit/proof?event=${randomUUID()}`)).status).toBe(404)
    expect((await get(auditor, '/v1/audit/consistency?from=99999')).body.errors).toMatchObject([
      { field: 'from' },
    ])
  })
})

describe('the role of the service in PostgreSQL', () => {
  it('adds to the audit log, and can neither change, delete nor truncate it', async () => {
    const owner = new pg.Client({ connectionString: app.databaseUrl })
    await owner.connect()
    try {
      await owner.query(await readFile(new URL('../../../infra/postgres/roles.sql', import.meta.url), 'utf8'))
      await owner.query('set role listenback_app')
      await owner.query(`insert into audit_event (id, occurred_at, type, action, outcome)
        values (gen_random_uuid(), now(), 'test.role', 'C', 'ok')`)
      await owner.query('select count(*) from audit_event')
      for (const table of ['audit_event', 'audit_seal', 'audit_node', 'audit_segment'])
        for (const statement of [`delete from ${table}`, `truncate ${table}`, `drop table ${table}`])
          await expect(owner.query(statement)).rejects.toThrow(/permission denied|must be owner/)
      await expect(owner.query("update audit_event set type = 'x'")).rejects.toThrow('permission denied')
      await expect(owner.query('update audit_seal set salt = null')).rejects.toThrow('permission denied')
      await expect(owner.query('alter table audit_event disable trigger all')).rejects.toThrow(
        'must be owner',
      )
      await expect(owner.query('drop trigger audit_event_append_only on audit_event')).rejects.toThrow(
        'must be owner',
      )
      await owner.query("select audit_erase('{}')")
    } finally {
      await owner.query('reset role')
      await owner.query('drop owned by listenback_app')
      await owner.end()
    }
  })
})
