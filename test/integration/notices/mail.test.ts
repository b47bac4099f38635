import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, MINUTE } from '../../../src/kernel/units.ts'
import { MOST_ATTEMPTS } from '../../../src/notices/send-mail.ts'
import { openSmtp } from '../../../src/notices/smtp.ts'
import { persons } from '../../support/tokens.ts'
import { type NoticesApp, OFFICERS, openNoticesApp } from './notices-app.ts'

let app: NoticesApp

beforeAll(async () => {
  app = await openNoticesApp()
})

afterAll(() => app.close())

beforeEach(async () => {
  app.mailbox.answer(250)
  app.mailbox.delivered.length = 0
  app.logs.length = 0
  await app.db.deleteFrom('notice').execute()
})

const operator = persons.operator()

async function newMember(claims: Record<string, unknown> = {}) {
  const memberRef = `M-${randomUUID()}`
  const address = `lid.${randomUUID()}@post.example`
  const who = persons.member(memberRef)
  const wish = (mail: boolean) => app.api.call('PUT', '/v1/notice-preferences', who, { mail })
  await wish(true)
  await app.logIn(memberRef, { email: address, email_verified: true, ...claims })
  return { memberRef, address, claims: who, wish }
}

const mailOf = () => app.db.selectFrom('notice_mail').selectAll().execute()
const addressOf = (memberRef: string) =>
  app.db.selectFrom('mail_address').select('address').where('member_ref', '=', memberRef).execute()

describe('the address of a member', () => {
  test('is kept only for those who want mail, and goes at once when they do not', async () => {
    const stranger = `M-${randomUUID()}`
    await app.logIn(stranger, { email: 'a@post.example', email_verified: true })
    expect(await addressOf(stranger)).toEqual([])
    const member = await newMember()
    expect(await addressOf(member.memberRef)).toEqual([{ address: member.address }])
    const find = async () => (await app.api.call('GET', '/v1/notice-preferences', member.claims)).body
    expect(await find()).toEqual({ mail: true, addressKnown: true })
    await app.tell({ to: member })
    expect((await member.wish(false)).body).toEqual({ mail: false, addressKnown: false })
    expect(await addressOf(member.memberRef)).toEqual([])
    expect(await mailOf()).toEqual([])
  })

  test.each([
    ['the provider does not vouch for', { email_verified: false }],
    ['the provider says nothing about', { email_verified: undefined }],
    ['is no string', { email: ['a@post.example'] }],
    ['hides a second recipient', { email: 'a@post.example, b@post.example' }],
    ['hides a header', { email: 'a@post.example\r\nBcc: b@post.example' }],
    ['hides a header in a name', { email: '"x\r\nBcc: b@post.example"@post.example' }],
    ['is longer than any can be', { email: `${'a'.repeat(64)}@${'b'.repeat(200)}.example` }],
  ])('that %s is none', async (_what, claims) => {
    const { memberRef } = await newMember(claims)
    expect(await addressOf(memberRef)).toEqual([{ address: null }])
  })

  test('is no longer used once the provider does not vouch for it', async () => {
    const member = await newMember()
    await app.logIn(member.memberRef, { email: member.address, email_verified: false })
    await app.tell({ to: member })
    await app.send()
    expect(app.mailbox.delivered).toEqual([])
  })

  test('is asked about by members only, and every change is on record without it', async () => {
    const refused = await app.api.call('PUT', '/v1/notice-preferences', persons.coach(), { mail: true })
    expect(refused.status).toBe(403)
    const member = await newMember()
    await member.wish(true)
    const events = await app.db
      .selectFrom('audit_event')
      .select('detail')
      .where('type', '=', 'notice.mail_wish_changed')
      .where('actor_sub', '=', String(member.claims.sub))
      .execute()
    expect(events).toEqual([{ detail: { mail: true } }])
  })
})

describe('mail', () => {
  test('says that there is a message, to whom it is for, and nothing else', async () => {
    const member = await newMember()
    const id = await app.tell({ to: member, about: { type: 'recording', id: randomUUID() } })
    await app.send()
    const [letter, ...others] = app.mailbox.delivered
    expect(others).toEqual([])
    expect([letter?.to, letter?.from]).toEqual([[member.address], 'listenback@hmbs.example'])
    const raw = letter?.raw ?? ''
    expect(raw).toContain('https://calls.hmbs.example/berichten')
    expect(raw).toContain(`Message-ID: <${id}@calls.hmbs.example>`)
    expect(raw).toContain('Auto-Submitted: auto-generated')
    expect(raw).not.toMatch(/verstrekt|disclos|opname|recording|M-[0-9a-f]/i)
    expect(await mailOf()).toEqual([])
  })

  test('to a role goes to its mailbox, and to a role without one nowhere', async () => {
    await app.tell()
    await app.tell({ to: { role: 'auditor', entity: 'hmbs' } })
    await app.send()
    expect(app.mailbox.delivered.map(({ to }) => to)).toEqual([[OFFICERS]])
    expect(await mailOf()).toEqual([])
  })

  test('that the server does not take now is tried again later and later, under the same id', async () => {
    const id = await app.tell()
    app.mailbox.answer(450)
    await app.send()
    await app.send()
    expect(await mailOf()).toMatchObject([{ attempts: 1, state: 'waiting', failure: 'EENVELOPE 450' }])
    app.clock.advance(MINUTE)
    await app.send()
    app.clock.advance(MINUTE)
    await app.send()
    expect(await mailOf()).toMatchObject([{ attempts: 2 }])
    app.mailbox.answer(250)
    app.clock.advance(MINUTE)
    await app.send()
    expect(app.mailbox.delivered.map(({ raw }) => raw.includes(`<${id}@`))).toEqual([true])
  })

  test('that was taken by a server that then hung up is sent again, and can be known by its id', async () => {
    const id = await app.tell()
    app.mailbox.answer('drop')
    await app.send()
    app.mailbox.answer(250)
    app.clock.advance(MINUTE)
    await app.send()
    expect(app.mailbox.delivered.map(({ raw }) => raw.includes(`<${id}@`))).toEqual([true, true])
  })

  test('is sent once by two instances at the same time', async () => {
    for (let n = 0; n < 8; n += 1) await app.tell()
    await Promise.all([app.send(), app.send()])
    const ids = app.mailbox.delivered.map(({ raw }) => /Message-ID: <([^@]+)/.exec(raw)?.[1])
    expect(ids).toHaveLength(8)
    expect(new Set(ids).size).toBe(8)
  })

  test('that can never be delivered is given up at once, and shown without saying to whom', async () => {
    const member = await newMember()
    const id = await app.tell({ to: member })
    app.mailbox.answer(550)
    await app.send()
    const list = await app.api.call('GET', '/v1/notices/undelivered', operator)
    expect(list.body).toMatchObject({
      ...{ count: 1, waiting: 0 },
      items: [{ noticeId: id, to: 'member', attempts: 1, failure: 'EENVELOPE 550' }],
    })
    const everything = JSON.stringify([list.body, app.logs])
    expect(everything).toContain('mail_dead')
    for (const secret of [member.address, member.memberRef]) expect(everything).not.toContain(secret)
    app.mailbox.answer(250)
    expect((await app.api.call('POST', `/v1/notices/undelivered/${id}/retry`, operator)).status).toBe(202)
    await app.send()
    expect(app.mailbox.delivered.map(({ to }) => to)).toEqual([[member.address]])
  })

  test('that is never taken is given up after two days', async () => {
    await app.tell()
    app.mailbox.answer(450)
    const begun = app.clock.now().getTime()
    for (let n = 0; n < MOST_ATTEMPTS; n += 1) {
      await app.send()
      const [mail] = await mailOf()
      if (mail && mail.state === 'waiting') app.clock.set(mail.next_at.toISOString())
    }
    expect(await mailOf()).toMatchObject([{ state: 'dead', attempts: MOST_ATTEMPTS }])
    expect(app.clock.now().getTime() - begun).toBeGreaterThan(2 * DAY)
  })

  test('waits while no server answers: one try, not one for each', async () => {
    await app.tell()
    await app.tell()
    const away = openSmtp({ url: 'smtp://127.0.0.1:9', from: 'x@hmbs.example' })
    await app.send(away.post)
    away[Symbol.dispose]()
    expect((await mailOf()).map(({ attempts }) => attempts).sort()).toEqual([0, 1])
  })

  test('does not pile up where there is no mail server: the inbox has the messages', async () => {
    await app.tell()
    await app.send(null)
    expect(await mailOf()).toEqual([])
    expect(await app.db.selectFrom('notice').select('id').execute()).toHaveLength(1)
  })
})

test('mail that was given up is for operators and privacy officers to see', async () => {
  for (const claims of [persons.coach(), persons.member('M-1'), persons.recordsManager()]) {
    expect((await app.api.call('GET', '/v1/notices/undelivered', claims)).status).toBe(403)
    const retry = await app.api.call('POST', `/v1/notices/undelivered/${randomUUID()}/retry`, claims)
    expect(retry.status).toBe(403)
  }
  expect((await app.api.call('POST', `/v1/notices/undelivered/${randomUUID()}/retry`, operator)).status).toBe(
    404,
  )
})

test.each([
  ['a line break in an address', { to: 'a@post.example\r\nRCPT TO:<b@post.example>' }],
  ['a header in the subject', { subject: 'x\r\nBcc: b@post.example' }],
  ['a header in the id', { messageId: '<1@x>\r\nBcc: b@post.example' }],
])('%s makes no other recipient and no other header', async (_what, change) => {
  app.mailbox.delivered.length = 0
  const letter = { to: 'a@post.example', subject: 's', text: 't', messageId: '<1@x>', ...change }
  const smtp = openSmtp({ url: app.mailbox.url, from: 'listenback@hmbs.example' })
  await smtp.post(letter).catch(() => undefined)
  smtp[Symbol.dispose]()
  for (const { to, raw } of app.mailbox.delivered) {
    expect(to.join()).not.toContain('b@post.example')
    expect(raw).not.toMatch(/^Bcc:/im)
  }
})
