import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecordingSchema } from '../../../src/recordings/present.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  auditOf,
  bearer,
  type ListeningApp,
  startListeningApp,
} from './listening-app.ts'

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp()
})
afterAll(() => app.close())

const get = (path: string, headers = asMember(app)) => fetch(`${app.url}/v1/recordings/${path}`, { headers })
const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>

describe('one recording', () => {
  it('says to its member why it is kept, until when, and what they may do', async () => {
    const { id } = await addRecording(app, { status: 'quarantined' })
    const response = await get(id)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const recording = await jsonOf(response)
    expect(RecordingSchema.safeParse(recording).success).toBe(true)
    expect(recording).toMatchObject({
      id,
      status: 'quarantined',
      audio: { mediaType: 'audio/wav', bytes: 1000 },
      allowed: ['listen', 'copy', 'accesses'],
    })
    for (const field of ['memberRef', 'agentRef', 'callId', 'team', 'links'])
      expect(recording).not.toHaveProperty(field)
  })

  it('has references for staff, and never a key, a bucket or the reason of a hold', async () => {
    const { id } = await addRecording(app)
    await app.db
      .updateTable('recording')
      .set({ hold_count: 1, links: JSON.stringify({ claim: 'CL-1' }) })
      .where('id', '=', id)
      .execute()
    const recording = await jsonOf(await get(id, bearer(app, persons.privacyOfficer())))
    expect(recording).toMatchObject({
      memberRef: 'M-1001',
      agentRef: 'A-7',
      links: { claim: 'CL-1' },
      held: true,
      allowed: ['accesses'],
    })
    expect(JSON.stringify(recording)).not.toMatch(/original\.age|wrapped|bucket|hold_/)
  })

  it('T16: is the same 404 whether foreign, destroyed, unknown or malformed, and each is audited', async () => {
    const foreign = await addRecording(app, { memberRef: 'M-2' })
    const destroyed = await addRecording(app, { status: 'destroyed' })
    const bodies = await Promise.all(
      [foreign.id, destroyed.id, randomUUID(), 'x'].map(async (id) => {
        const response = await get(id)
        return `${response.status} ${await response.text()}`
      }),
    )
    expect(new Set(bodies).size).toBe(1)
    expect(bodies[0]).toMatch(/^404 /)
    expect(await auditOf(app, foreign.id)).toMatchObject([{ type: 'recording.viewed', outcome: 'denied' }])
  })

  it('is forbidden, not hidden, to staff of the entity without business with it', async () => {
    const { id } = await addRecording(app)
    expect((await get(id, bearer(app, persons.coach()))).status).toBe(403)
    expect((await get(id, bearer(app, persons.operator()))).status).toBe(404)
    expect((await get(id, bearer(app, { ...persons.auditor(), entity: ['hmbs-advies'] }))).status).toBe(404)
  })
})

describe('who listened', () => {
  it('is told to the member by role and purpose, without names, and to the privacy officer with them', async () => {
    const { id } = await addRecording(app, { audio: randomBytes(100_000) })
    const staff = bearer(app, persons.fraudAnalyst())
    const headers = { ...staff, range: 'bytes=0-49999' }
    await (await get(`${id}/audio?purpose=fraud_prevention&caseRef=C-9`, headers)).arrayBuffer()
    await (await get(`${id}/copy`)).arrayBuffer()
    await auditOf(app, id, 4)

    const { items } = (await jsonOf(await get(`${id}/accesses`))) as { items: Record<string, unknown>[] }
    expect(items).toHaveLength(2)
    expect(items).toContainEqual(
      expect.objectContaining({
        action: 'listened',
        byYou: false,
        roles: ['fraud_analyst'],
        purpose: 'fraud_prevention',
        heardSeconds: 150,
        durationSeconds: 300,
      }),
    )
    expect(items).toContainEqual(
      expect.objectContaining({ action: 'copied', byYou: true, heardSeconds: 300 }),
    )
    expect(JSON.stringify(items)).not.toMatch(/fraud-1|C-9/)

    const forOfficer = await jsonOf(await get(`${id}/accesses`, bearer(app, persons.privacyOfficer())))
    expect(JSON.stringify(forOfficer)).toMatch(/fraud-1.*C-9/)
    expect((await get(`${id}/accesses`, staff)).status).toBe(403)
    expect((await get(`${id}/accesses`, bearer(app, persons.member('M-2')))).status).toBe(404)
  })
})
