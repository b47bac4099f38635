import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { recipientsOf } from '../../../src/privacy/recipient-queries.ts'
import { decode, wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, NOW, type RecordingOptions } from '../listening/listening-app.ts'
import { type DisclosuresApp, fien, pam, petra, pim, startDisclosuresApp } from './disclosures-app.ts'

let app: DisclosuresApp

beforeAll(async () => {
  app = await startDisclosuresApp()
})
afterAll(() => app.close())
beforeEach(() => {
  app.clock.set(NOW)
  app.mailbox.delivered.length = 0
})

const member = persons.member('M-1001')
const TONE = Float32Array.from({ length: 24_000 }, (_, i) => 0.5 * Math.sin(i / 3))
const AUDIO = wavOf([TONE], 8000)
const add = (wish: RecordingOptions = {}) => addRecording(app.app, { audio: AUDIO, ...wish })

const AUTHORITY = {
  recipient: {
    type: 'authority',
    legalName: 'Openbaar Ministerie',
    country: 'NL',
    contactMail: 'om@om.example',
  },
  ...{ purpose: 'strafrechtelijk onderzoek', legalBasis: 'legal_obligation', reason: 'vordering ontvangen' },
  ...{ statute: 'artikel 126nd Sv', letterRef: 'OM-2026-77', channel: 'portal' },
}
const ask = (ids: readonly string[], more: object = {}, claims = fien) =>
  app.call('POST', '/v1/disclosures', claims, {
    ...AUTHORITY,
    recordings: ids.map((recordingId) => ({ recordingId })),
    ...more,
  })
const act = (id: string, verb: string, claims = pim, body?: object) =>
  app.call('POST', `/v1/disclosures/${id}/${verb}`, claims, body)

async function approved(ids: readonly string[], more: object = {}): Promise<string> {
  const asked = await ask(ids, more)
  expect(asked.status).toBe(201)
  for (const claims of [pim, petra]) expect((await act(asked.body.id, 'approve', claims)).status).toBe(200)
  return asked.body.id
}
const invite = async (id: string): Promise<string> =>
  (await act(id, 'delivery', pim, { hours: 24 })).body.secret
const take = (id: string, secret: string, n = 1) =>
  app.call('POST', `/v1/deliveries/${id}/recordings/${n}`, undefined, { secret })
const heard = async (id: string, claims = member) =>
  (await app.call('GET', `/v1/recordings/${id}/accesses`, claims)).body.items
const noticesTo = (memberRef: string, about: string) =>
  app.db
    .selectFrom('notice')
    .select('kind')
    .where('member_ref', '=', memberRef)
    .where('about_id', '=', about)
    .execute()

/** The last byte arrives before the service has written down that it did. */
async function settled(id: string) {
  for (let tries = 0; ; tries += 1) {
    const found = await app.call('GET', `/v1/disclosures/${id}`, pim)
    if (found.body.state === 'sent' || tries >= 100) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function delivered(more: object = {}): Promise<{ id: string; recordingId: string }> {
  const { id: recordingId } = await add()
  const id = await approved([recordingId], more)
  expect((await take(id, await invite(id))).status).toBe(200)
  await settled(id)
  return { id, recordingId }
}

describe('asking', () => {
  test('T41: no recipient outside the EU, whoever approves it', async () => {
    const { id } = await add()
    for (const country of ['GB', 'CH', 'NO', 'US', 'nl']) {
      const recipient = { ...AUTHORITY.recipient, country }
      expect((await ask([id], { recipient })).body.code).toBe('outside_eu')
    }
    const { country: _country, ...recipient } = AUTHORITY.recipient
    expect((await ask([id], { recipient })).status).toBe(400)
  })

  test.each([
    ['an authority without a statutory provision', { statute: null }, 'statute'],
    ['an authority without a letter', { letterRef: null }, 'letterRef'],
    [
      'a controller without a request of the member',
      { recipient: { ...AUTHORITY.recipient, type: 'member_controller' } },
      'privacyRequestId',
    ],
    [
      'a supplier that is not in the register',
      { recipient: { type: 'processor', supplierId: randomUUID() } },
      'recipient.supplierId',
    ],
    ['a day of return in the past', { returnBy: '2026-01-01' }, 'returnBy'],
    ['a delay without end', { delay: { until: '2030-01-01', reason: 'onderzoek' } }, 'delay.until'],
  ])('%s is refused', async (_what, more, field) => {
    const refused = await ask([(await add()).id], more)
    expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([422, field])
  })

  test.each(['social', 'plain_email', 'mail'])('nothing goes over %s', async (channel) => {
    expect((await ask([(await add()).id], { channel })).status).toBe(400)
  })

  test('a partner gets recordings of its own products only', async () => {
    const partner = await app.call('POST', '/v1/suppliers', pim, {
      ...{ legalName: 'Rechtshulp NV', country: 'BE', type: 'partner', agreementRef: 'P-1' },
      ...{ validFrom: '2026-01-01', validUntil: '2026-12-31', purposes: ['cases'], products: ['legal-aid'] },
    })
    const recipient = { type: 'partner', supplierId: partner.body.id }
    const [own, other] = [await add({ product: 'legal-aid' }), await add({ product: 'car' })]
    expect((await ask([own.id, other.id], { recipient })).body.errors[0].field).toBe('recordings')
    const asked = await ask([own.id], { recipient })
    expect(asked.body.recipient).toMatchObject({ legalName: 'Rechtshulp NV', country: 'BE' })
    app.clock.set('2027-01-01T10:00:00Z')
    expect((await ask([own.id], { recipient })).body.errors[0].field).toBe('recipient.supplierId')
  })

  test('what is restricted, unknown or of another entity is not given', async () => {
    expect((await ask([(await add({ restricted: true })).id])).status).toBe(403)
    for (const id of [(await add({ entity: 'other' })).id, randomUUID()])
      expect((await ask([id])).status).toBe(404)
    for (const claims of [member, persons.coach(), persons.operator()])
      expect((await ask([(await add()).id], {}, claims)).status).toBe(403)
  })
})

describe('approval', () => {
  test('needs two others than who asked, and nothing leaves before', async () => {
    const { body } = await ask([(await add()).id], {}, pam)
    expect((await act(body.id, 'approve', pam)).body.code).toBe('second_person_required')
    expect((await act(body.id, 'approve', pim)).body.state).toBe('requested')
    expect((await act(body.id, 'approve', pim)).body.code).toBe('second_person_required')
    expect((await act(body.id, 'delivery', pim, {})).body.code).toBe('not_open')
    expect((await act(body.id, 'approve', petra)).body.state).toBe('approved')
  })

  test('by both at the same time is two approvals and not one', async () => {
    const { body } = await ask([(await add()).id])
    await Promise.all([
      act(body.id, 'approve', pim),
      act(body.id, 'approve', petra),
      act(body.id, 'approve', pim),
    ])
    const found = await app.call('GET', `/v1/disclosures/${body.id}`, pim)
    expect(new Set(found.body.approvals.map(({ by }: { by: string }) => by))).toEqual(
      new Set(['pim', 'petra']),
    )
  })

  test('lapses after seven days', async () => {
    const { body } = await ask([(await add()).id])
    app.clock.advance(7 * DAY + 1)
    expect((await act(body.id, 'approve')).body.code).toBe('not_open')
    expect((await app.call('GET', `/v1/disclosures/${body.id}`, pim)).body.state).toBe('lapsed')
  })
})

describe('delivery', () => {
  test('is the recording as it is, on record before it leaves, once', async () => {
    const { id: recordingId, audio } = await add()
    const id = await approved([recordingId])
    const secret = await invite(id)
    const answer = await take(id, secret)
    expect([answer.status, answer.bytes.equals(audio)]).toEqual([200, true])
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const found = await settled(id)
    expect(found.body).toMatchObject({
      state: 'sent',
      recordings: [{ sha256: createHash('sha256').update(audio).digest('hex'), bytes: audio.length }],
    })
    expect((await take(id, secret)).status).toBe(404)
    const events = app.db.selectFrom('audit_event').select('type').where('recording_id', '=', recordingId)
    const types = (await events.orderBy('occurred_at').execute()).map(({ type }) => type)
    expect(types).toEqual(['disclosure.audio_opened', 'disclosure.audio_delivered'])
  })

  test('of parts has silence everywhere else, sample by sample', async () => {
    const { id: recordingId } = await add()
    const recordings = [{ recordingId, ranges: [{ fromSeconds: 1, toSeconds: 1.5 }] }]
    const id = await approved([], { recordings })
    const answer = await take(id, await invite(id))
    expect(answer.headers.get('content-type')).toBe('audio/flac')
    const [given, call] = [await decode(answer.bytes), await decode(AUDIO)]
    const part = (pcm: typeof given, from: number, to: number) => [...(pcm.channels[0] ?? [])].slice(from, to)
    expect(part(given, 8000, 12_000)).toEqual(part(call, 8000, 12_000))
    for (const rest of [part(given, 0, 8000), part(given, 12_000, 24_000)])
      expect(rest.every((value) => value === 0)).toBe(true)
    const found = await settled(id)
    expect(found.body.recordings[0].sha256).toBe(createHash('sha256').update(answer.bytes).digest('hex'))
  })

  test('opens to nobody without the secret, after its time, after a new one, or when it is revoked', async () => {
    const id = await approved([(await add()).id])
    const open = async (secret: string) =>
      (await app.call('POST', `/v1/deliveries/${id}`, undefined, { secret })).status
    const first = await invite(id)
    expect([await open(first), await open('x'.repeat(43)), await open('x')]).toEqual([200, 404, 404])
    const second = await invite(id)
    expect([await open(first), await open(second)]).toEqual([404, 200])
    app.clock.advance(24 * HOUR)
    expect(await open(second)).toBe(404)
    const third = await invite(id)
    await act(id, 'revoke', pim, { reason: 'vordering ingetrokken' })
    expect(await open(third)).toBe(404)
    expect((await take(id, third)).status).toBe(404)
  })

  test('to a supplier is for its task alone: these parts of these recordings, once, and nothing with another key or name', async () => {
    const supplier = await app.call('POST', '/v1/suppliers', pim, {
      ...{ legalName: 'Schrijfwerk BV', country: 'NL', type: 'processor', agreementRef: 'V-1' },
      ...{ validFrom: '2026-01-01', validUntil: '2026-12-31', purposes: ['transcription'] },
    })
    const recipient = { type: 'processor', supplierId: supplier.body.id }
    const [{ id: task }, { id: other }] = [await add(), await add()]
    const mine = await approved([task], { recipient })
    const theirs = await approved([other], { recipient })
    const [secret] = [await invite(mine), await invite(theirs)]
    const refused = [
      await take(theirs, secret),
      await take(mine, secret, 2),
      await app.call('POST', `/v1/deliveries/${other}`, undefined, { secret }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404])
    const bearer = { authorization: `Bearer ${secret}` }
    for (const path of [`/v1/recordings/${task}`, `/v1/recordings/${task}/audio`, '/v1/recordings'])
      expect((await fetch(app.app.url + path, { headers: bearer })).status).toBe(401)
    expect((await take(mine, secret)).status).toBe(200)
    await settled(mine)
    expect((await take(mine, secret)).status).toBe(404)
  })

  test('closes for somebody who guesses, and a right secret then opens nothing either', async () => {
    const id = await approved([(await add()).id])
    const secret = await invite(id)
    for (let n = 0; n < 10; n += 1) expect((await take(id, 'y'.repeat(43))).status).toBe(404)
    expect((await take(id, secret)).status).toBe(404)
    expect((await take(id, await invite(id))).status).toBe(200)
  })

  test('of a recording that was restricted meanwhile does not happen', async () => {
    const { id: recordingId } = await add()
    const id = await approved([recordingId])
    const secret = await invite(id)
    await app.db.updateTable('recording').set({ restricted: true }).where('id', '=', recordingId).execute()
    expect((await take(id, secret)).status).toBe(403)
    expect(await heard(recordingId, pim)).toEqual([])
  })
})

describe('the member', () => {
  test('T39: sees to whom a call was given by name, and so does the package', async () => {
    const recipient = { ...AUTHORITY.recipient, type: 'other_institution', legalName: 'X BV' }
    const { recordingId } = await delivered({ recipient })
    expect(await heard(recordingId)).toMatchObject([{ action: 'disclosed', recipient: 'X BV', roles: [] }])
    expect(await recipientsOf(app.db, [recordingId], '2026-11-22')).toMatchObject([
      { legalName: 'X BV', country: 'NL', purpose: AUTHORITY.purpose },
    ])
    expect(await noticesTo('M-1001', recordingId)).toEqual([{ kind: 'recording_disclosed' }])
  })

  test('does not see what is delayed until its last day is over, then with the time it had; officers do', async () => {
    const delay = { until: '2026-12-10', reason: 'onderzoek loopt' }
    const { recordingId } = await delivered({ delay })
    expect(await heard(recordingId)).toEqual([])
    expect(await recipientsOf(app.db, [recordingId], '2026-12-10')).toEqual([])
    expect(await heard(recordingId, pim)).toMatchObject([{ action: 'disclosed' }])
    app.clock.set('2026-12-05T10:00:00Z')
    await app.run('look-after-delays')
    await app.run('look-after-delays')
    const alarms = app.db.selectFrom('notice').select('facts').where('kind', '=', 'disclosure_delay_ends')
    expect(await alarms.execute()).toEqual([{ facts: { until: '2026-12-10' } }])
    expect(await noticesTo('M-1001', recordingId)).toEqual([])
    app.clock.set('2026-12-10T23:00:00Z')
    await app.run('look-after-delays')
    expect(await heard(recordingId)).toMatchObject([
      { action: 'disclosed', firstAt: new Date(NOW).toISOString() },
    ])
    expect(await noticesTo('M-1001', recordingId)).toEqual([{ kind: 'recording_disclosed' }])
  })
})
