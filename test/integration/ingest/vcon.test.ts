import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentSigner } from '../../../src/audit/sign-document.ts'
import { MINUTE } from '../../../src/kernel/units.ts'
import { contentHashOf, type Vcon } from '../../../src/privacy/vcon.ts'
import { sha512Of } from '../../../src/privacy/vcon-map.ts'
import { vconEndpoints } from '../../../src/privacy/vcon-routes.ts'
import { keyOf, newSigner } from '../../support/package-sample.ts'
import { persons } from '../../support/tokens.ts'
import { audioPart, BOUNDARY, formBody, wav } from './form.ts'
import { type IngestApp, startIngestApp } from './ingest-app.ts'

let app: IngestApp
let sender: DocumentSigner
let stranger: DocumentSigner
beforeAll(async () => {
  ;[sender, stranger] = await Promise.all([newSigner(), newSigner()])
  app = await startIngestApp({
    also: (parts) => vconEndpoints({ ...parts, trustedKeys: [keyOf(sender)] }),
  })
})
afterAll(() => app.close())

const AUDIO = wav(2)
const INLINE = { body: AUDIO.toString('base64url'), encoding: 'base64url', mediatype: 'audio/x-wav' }
const BESIDE = { content_hash: contentHashOf(sha512Of(AUDIO)), mediatype: 'audio/x-wav' }
const CONTEXT = '?product=disability&language=nl&noticeVersion=2026-01'

const vconWith = (dialog: object = INLINE, more: object = {}) => {
  const start = new Date(app.clock.now().getTime() - 5 * MINUTE).toISOString()
  return {
    ...{ vcon: '0.4.0', uuid: randomUUID(), created_at: start, extensions: ['CC', 'lawful_basis'] },
    parties: [
      { uuid: 'M-1001', type: 'person', role: 'customer', name: 'anonymous' },
      { uuid: 'agent-17', type: 'person', role: 'agent', dept: 'care' },
      { type: 'organization', org: 'hmbs' },
    ],
    dialog: [{ type: 'recording', start, duration: 2, parties: [[0], [1]], ...dialog }],
    attachments: [
      {
        ...{ type: 'lawful_basis', purpose: 'lawful_basis', start, party: 2, dialog: 0, encoding: 'json' },
        body: {
          ...{ lawful_basis: 'legitimate_interests', expiration: null },
          purpose_grants: [{ purpose: 'training_coaching', granted: true, granted_at: start }],
        },
      },
    ],
    ...more,
  } satisfies Partial<Vcon>
}

async function answerOf(response: Response) {
  const {
    id,
    code,
    errors = [],
  } = (await response.json()) as { id: string; code: string; errors?: { field: string }[] }
  return { status: response.status, id, code, fields: errors.map(({ field }) => field) }
}

const send = async (vcon: unknown, query = CONTEXT, token = app.importer) =>
  answerOf(
    await fetch(`http://127.0.0.1:${app.port}/v1/vcons${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vcon+json' },
      body: typeof vcon === 'string' ? vcon : JSON.stringify(vcon),
    }),
  )

const sendForm = async (vcon: unknown, audio: Buffer) =>
  answerOf(
    await fetch(`http://127.0.0.1:${app.port}/v1/vcons${CONTEXT}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.importer}`,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      },
      body: new Uint8Array(formBody([{ name: 'vcon', content: JSON.stringify(vcon) }, audioPart(audio)])),
    }),
  )

const stored = async (id: string) => {
  const row = await app.db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const tags = await app.db
    .selectFrom('purpose_tag')
    .select('purpose')
    .where('recording_id', '=', id)
    .execute()
  const { sha256 } = await app.db
    .selectFrom('rendition')
    .select('sha256')
    .where('recording_id', '=', id)
    .executeTakeFirstOrThrow()
  return { ...row, purposes: tags.map(({ purpose }) => purpose), sha256 }
}
const countRecordings = async () =>
  (await app.db.selectFrom('recording').select('id').where('status', '<>', 'destroyed').execute()).length

describe('a call that comes as a vCon', () => {
  test('with its audio inside is taken in like any other delivery, once', async () => {
    const vcon = vconWith()
    const { status, id } = await send(vcon)
    expect(status).toBe(201)
    const row = await stored(id)
    expect(row).toMatchObject({
      ...{ call_id: vcon.uuid, member_ref: 'M-1001', agent_ref: 'agent-17', team: 'care', entity: 'hmbs' },
      ...{ product: 'disability', direction: 'inbound', channels: ['member', 'agent'] },
      purposes: ['training_coaching'],
    })
    expect(row.ended_at?.getTime()).toBe((row.started_at?.getTime() ?? 0) + 2000)
    expect(await send(vcon)).toMatchObject({ status: 200, id })
  })

  test('with its audio beside it is taken in when that is the audio it names', async () => {
    const { status, id } = await sendForm(vconWith(BESIDE), AUDIO)
    expect(status).toBe(201)
    expect((await stored(id)).purposes).toEqual(['training_coaching'])
    const before = await countRecordings()
    expect(await sendForm(vconWith(BESIDE), wav(2, 3))).toMatchObject({ status: 422, code: 'hash_mismatch' })
    expect(await countRecordings()).toBe(before)
  })

  test('signed by a sender that is trusted is taken in, and by nobody else', async () => {
    const signed = (signer: DocumentSigner) => signer.sign(Buffer.from(JSON.stringify(vconWith())))
    expect((await send(signed(sender))).status).toBe(201)
    expect(await send(signed(stranger))).toMatchObject({ status: 422, fields: ['signatures'] })
    const { payload, signatures } = signed(sender)
    const changed = Buffer.from(JSON.stringify(vconWith())).toString('base64url')
    expect((await send({ payload: changed, signatures })).fields).toEqual(['signatures'])
    expect(payload).not.toBe(changed)
  })

  test('in the words of older drafts is understood', async () => {
    const { created_at, ...vcon } = vconWith({
      ...INLINE,
      mediatype: undefined,
      mimetype: 'audio/x-wav',
      body: `${INLINE.body}==`,
    })
    expect((await send({ ...vcon, vcon: '0.0.2' })).status).toBe(201)
  })

  test('of several customers is of no member', async () => {
    const vcon = vconWith({ ...INLINE, parties: [[0, 3], [1]] })
    const { status, id } = await send({
      ...vcon,
      parties: [...vcon.parties, { uuid: 'M-2002', type: 'person', role: 'customer' }],
    })
    expect(status).toBe(201)
    expect(await stored(id)).toMatchObject({ member_ref: null, status: 'unlinked' })
  })

  test('is silent while somebody was on hold', async () => {
    const vcon = vconWith()
    const [dialog] = vcon.dialog
    const at = (seconds: number) => new Date(Date.parse(dialog?.start ?? '') + seconds * 1000).toISOString()
    const party_history = [
      { party: 0, time: at(0.5), event: 'hold' },
      { party: 0, time: at(1), event: 'unhold' },
    ]
    const { status, id } = await send({ ...vcon, dialog: [{ ...dialog, party_history }] })
    expect(status).toBe(201)
    expect((await stored(id)).silence).toEqual([{ fromSeconds: 0.5, toSeconds: 1, reason: 'hold' }])
  })
})

describe('a vCon is refused, and nothing is stored, when', () => {
  const vcon = (change: (one: ReturnType<typeof vconWith>) => object) => change(vconWith())

  test.each<[string, () => unknown, string]>([
    [
      'its audio is elsewhere',
      () => vconWith({ url: 'https://rec.example.nl/a.wav', ...BESIDE }),
      'dialog[0].url',
    ],
    ['it names no purpose', () => vcon((one) => ({ ...one, attachments: [] })), 'attachments'],
    [
      'it has two recordings',
      () => vcon((one) => ({ ...one, dialog: [...one.dialog, ...one.dialog] })),
      'dialog',
    ],
    [
      'it has no agent',
      () => vcon(({ parties: [member, , company], ...one }) => ({ ...one, parties: [member, {}, company] })),
      'parties',
    ],
    [
      'it demands what is not understood',
      () => vcon((one) => ({ ...one, extensions: ['x'], critical: ['x'] })),
      'critical',
    ],
    ['it is encrypted', () => ({ ciphertext: 'x', recipients: [] }), 'ciphertext'],
    ['a field breaks the rules', () => vcon((one) => ({ ...one, uuid: '17' })), 'uuid'],
    [
      'a purpose ended',
      () =>
        vcon((one) => ({
          ...one,
          attachments: one.attachments.map((a) => ({
            ...a,
            body: { ...a.body, expiration: '2020-01-01T00:00:00Z' },
          })),
        })),
      'attachments',
    ],
  ])('%s', async (_, make, field) => {
    const before = await countRecordings()
    const { status, code, fields } = await send(make())
    expect([status, code]).toEqual([422, 'invalid_metadata'])
    expect(fields).toContain(field)
    expect(await countRecordings()).toBe(before)
  })

  test('what it cannot say is not said beside it', async () => {
    expect((await send(vconWith(), '')).fields).toEqual(['dialog[0].skill', 'language', 'noticeVersion'])
  })

  test('it is no JSON, or its hash does not fit, or its sender is none', async () => {
    expect(await send('{')).toMatchObject({ status: 400, code: 'invalid_request' })
    const other = contentHashOf(sha512Of(Buffer.from('other')))
    expect(await send(vconWith({ ...INLINE, content_hash: other }))).toMatchObject({ code: 'hash_mismatch' })
    const member = app.issuer.token(persons.member('M-1001'))
    expect(await send(vconWith(), CONTEXT, member)).toMatchObject({ status: 403, code: 'forbidden' })
    const events = await app.db
      .selectFrom('audit_event')
      .select('code')
      .where('type', '=', 'recording.ingest_refused')
      .execute()
    expect(events.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['invalid_request', 'hash_mismatch', 'forbidden']),
    )
  })
})
