import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetRecordings } from '../../../src/notices/old-notices.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { type NoticesApp, openNoticesApp } from './notices-app.ts'

interface Page {
  readonly items: readonly { id: string; kind: string; at: string; readAt: string | null; about: unknown }[]
  readonly unread: number
  readonly nextCursor: string | null
}

let app: NoticesApp

beforeAll(async () => {
  app = await openNoticesApp()
})

afterAll(() => app.close())

const newMember = () => {
  const memberRef = `M-${randomUUID()}`
  return { memberRef, claims: persons.member(memberRef) }
}

const inbox = async (claims: Claims, query = '') =>
  (await app.api.call<Page>('GET', `/v1/notices${query}`, claims)).body

describe('the inbox', () => {
  test('shows a member their own messages, newest first, in pages, and those of nobody else', async () => {
    const [one, other] = [newMember(), newMember()]
    const ids = []
    for (let day = 0; day < 3; day += 1) {
      app.clock.advance(1000)
      ids.unshift(await app.tell({ to: one }))
    }
    await app.tell({ to: other })
    const first = await inbox(one.claims, '?limit=2')
    const second = await inbox(one.claims, `?limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect([first.unread, second.nextCursor]).toEqual([3, null])
    expect((await inbox(other.claims)).items).toHaveLength(1)
  })

  test('shows staff what goes to their roles in their entities', async () => {
    const entity = `e-${randomUUID()}`
    const id = await app.tell({ to: { role: 'privacy_officer', entity } })
    const ids = async (claims: Claims) => (await inbox(claims)).items.map((item) => item.id)
    expect(await ids(persons.privacyOfficer({ entity: [entity] }))).toEqual([id])
    expect(await ids(persons.recordsManager({ entity: [entity] }))).toEqual([])
    expect(await ids(persons.privacyOfficer({ entity: ['other'] }))).toEqual([])
    const gone = persons.privacyOfficer({ entity: [entity], engaged_until: '2026-03-01' })
    expect(await ids(gone)).toEqual([])
  })

  test('says everything in both languages and is kept by no cache', async () => {
    const { memberRef, claims } = newMember()
    await app.tell({ to: { memberRef } })
    const answer = await app.api.call<Page>('GET', '/v1/notices', claims)
    expect(answer.body.items[0]).toMatchObject({
      nl: { title: expect.stringContaining('verstrekt') },
      en: { title: expect.stringContaining('given to another organisation') },
    })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  })

  test('forgets of which recording it spoke when that is destroyed', async () => {
    const { memberRef, claims } = newMember()
    const id = randomUUID()
    await app.tell({ to: { memberRef }, about: { type: 'recording', id } })
    await app.db.transaction().execute((tx) => forgetRecordings(tx, [id]))
    expect((await inbox(claims)).items).toMatchObject([{ about: { type: 'recording', id: null } }])
  })

  test.each(['?limit=0', '?limit=201', '?cursor=x', '?cursor=W10', '?unread=yes', '?member=M-1'])(
    'refuses to be asked with %s',
    async (query) => {
      expect((await app.api.call('GET', `/v1/notices${query}`, newMember().claims)).status).toBe(400)
    },
  )
})

describe('reading', () => {
  test('one message, or all of them, is on record once', async () => {
    const { memberRef, claims } = newMember()
    const [one] = [await app.tell({ to: { memberRef } }), await app.tell({ to: { memberRef } })]
    for (const _ of [1, 2])
      expect((await app.api.call('POST', `/v1/notices/${one}/read`, claims)).status).toBe(204)
    expect((await inbox(claims)).unread).toBe(1)
    expect((await inbox(claims, '?unread=true')).items).toHaveLength(1)
    expect((await app.api.call('POST', '/v1/notices/read', claims)).status).toBe(204)
    expect((await inbox(claims)).unread).toBe(0)
    const events = await app.db
      .selectFrom('audit_event')
      .select('detail')
      .where('type', '=', 'notice.read')
      .where('actor_sub', '=', String(claims.sub))
      .execute()
    expect(events.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([{ noticeId: one }, { count: 1 }]),
    )
    expect(events).toHaveLength(2)
  })

  test('a message to somebody else is as unknown as one that never was', async () => {
    const id = await app.tell({ to: newMember() })
    const { claims } = newMember()
    const [foreign, unknown, odd] = await Promise.all(
      [id, randomUUID(), 'x'].map(async (which) => {
        const answer = await app.api.fetch(`/v1/notices/${which}/read`, claims, { method: 'POST' })
        const {
          instance: _instance,
          requestId: _requestId,
          ...body
        } = (await answer.json()) as Record<string, unknown>
        return { status: answer.status, body }
      }),
    )
    expect(foreign).toEqual(unknown)
    expect(odd).toEqual(unknown)
    expect(unknown?.status).toBe(404)
  })
})

test('a message goes after two years, read or not', async () => {
  const { memberRef, claims } = newMember()
  await app.tell({ to: { memberRef }, at: new Date('2024-03-01T10:00:00Z') })
  await app.tell({ to: { memberRef }, at: new Date('2024-03-02T10:00:00Z') })
  await app.removeOld()
  expect((await inbox(claims)).items.map(({ at }) => at)).toEqual(['2024-03-02T10:00:00.000Z'])
})
