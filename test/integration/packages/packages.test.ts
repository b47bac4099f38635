import { randomUUID } from 'node:crypto'
import { generalVerify, importJWK } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SignedDocument } from '../../../src/audit/sign-document.ts'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { contentHashOf, VconSchema } from '../../../src/privacy/vcon.ts'
import { audioOf } from '../../support/package-sample.ts'
import { speech, wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { member, officer } from '../audio/training-app.ts'
import { NOW } from '../listening/listening-app.ts'
import { json, type PackageApp, startPackageApp, unzipped } from './package-app.ts'

let app: PackageApp
let voice: Buffer

beforeAll(async () => {
  app = await startPackageApp()
  const { channels } = await speech('Ik bel over mijn polis.')
  voice = wavOf([channels[0] as Float32Array, channels[0] as Float32Array], 8000)
})
afterAll(() => app.close())
beforeEach(() => {
  app.clock.set(NOW)
  app.reads.length = 0
})

const ready = async (id: string): Promise<Buffer> => {
  await app.build()
  const { status, bytes } = await app.fetch(id)
  expect(status).toBe(200)
  return bytes
}
test('a member gets every call of a decided request as it came in, and every file of the package verifies', async () => {
  const recordings = [await app.add(), await app.add({ startedAt: new Date('2026-11-01T10:00:00Z') })]
  const request = await app.decided({ recordings: recordings.map(({ id }) => id), types: ['access', 'copy'] })
  expect((await app.status(request)).status).toBe(404)
  await app.build()

  expect((await app.status(request)).body).toMatchObject({
    ...{ kind: 'access', state: 'ready', recordings: { done: 2, total: 2 } },
    expiresAt: new Date(Date.parse(NOW) + 7 * DAY).toISOString(),
  })
  const { status, headers, bytes } = await app.fetch(request)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/zip')
  expect(headers.get('cache-control')).toBe('private, no-store')
  expect((await app.status(request)).body.bytes).toBe(bytes.length)
  expect((await app.verify(bytes)).findings).toEqual([])

  const files = await unzipped(bytes)
  for (const { id, audio } of recordings) {
    expect(files.get(`recordings/${id}/audio.wav`)?.equals(audio)).toBe(true)
    expect(json(files, `recordings/${id}/record.json`)).toMatchObject({
      id,
      startedAt: expect.stringMatching(/\+01:00$/),
    })
    const jws = json(files, `vcon/${id}.vcon`) as SignedDocument
    const { payload } = await generalVerify(jws, await importJWK(app.documents.publicJwk))
    const vcon = VconSchema.parse(JSON.parse(Buffer.from(payload).toString()))
    expect(vcon.dialog?.[0]?.content_hash).toBe(contentHashOf(audioOf('', audio).sha512))
  }
  const page = String(files.get('index.html'))
  expect(page).toContain('Dit pakket bevat 2 gesprekken')
  expect(page).not.toContain('A-7')
  expect(page).not.toMatch(/<script|http-equiv|onload|src="https?:/)
  for (const [name, content] of files)
    if (!name.includes('/audio')) expect(String(content), name).not.toMatch(/A-7|agent-1|M-1001|sub-M/)
})

test('the key to check a package with is there for everybody', async () => {
  const response = await fetch(`${app.url}/v1/package-keys`)
  expect(await response.json()).toEqual({ keys: [app.documents.publicJwk] })
  const certificates = await app.db.selectFrom('signing_key').select('kid').execute()
  expect(certificates).toHaveLength(1)
})

test('parts that concern somebody else are silent, and nothing in the package has them', async () => {
  const id = await app.receive(voice, { tags: [] })
  await app.work()
  const cuts = [{ fromSeconds: 0.2, toSeconds: 0.5, reason: 'third_party' }]
  await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps: [], cuts })
  const request = await app.decided({ recordings: [id] })
  await app.build()
  expect((await app.status(request)).body).toMatchObject({
    state: 'building',
    recordings: { done: 0, total: 1 },
  })

  await app.work()
  app.clock.advance(HOUR)
  const files = await unzipped(await ready(request))
  const copy = await app.call(member, 'GET', `/v1/recordings/${id}/copy`)
  expect(files.get(`recordings/${id}/audio.flac`)?.equals(copy.bytes)).toBe(true)
  expect(new Set([...files.keys()].filter((name) => name.includes(id)))).toEqual(
    new Set([`recordings/${id}/audio.flac`, `recordings/${id}/record.json`, `vcon/${id}.vcon`]),
  )
  const jws = json(files, `vcon/${id}.vcon`)
  const vcon = JSON.parse(Buffer.from(jws.payload, 'base64url').toString())
  expect(vcon.redacted).toMatchObject({ uuid: id })
  expect(String(files.get('index.html'))).toContain('stil gemaakt')

  await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, {
    beeps: [],
    cuts: [...cuts, { ...cuts[0], fromSeconds: 0.6, toSeconds: 0.7 }],
  })
  expect((await app.fetch(request)).body.code).toBe('package_not_ready')
  expect((await app.status(request)).body).toMatchObject({ state: 'ended', endedBecause: 'changed' })
})

test('an original that browsers do not play has one beside it that they do', async () => {
  const { channels } = await speech('Goedemorgen.')
  const wav = wavOf([channels[0] as Float32Array], 8000)
  const id = await app.receive(wav, { tags: [] })
  await app.work()
  await app.db.updateTable('audio_facts').set({ codec: 'gsm_ms' }).where('recording_id', '=', id).execute()
  const files = await unzipped(await ready(await app.decided({ recordings: [id] })))
  expect(files.get(`recordings/${id}/audio.wav`)?.equals(wav)).toBe(true)
  expect(files.has(`recordings/${id}/playback.m4a`)).toBe(true)
  expect(String(files.get('index.html'))).toContain(`src="recordings/${id}/playback.m4a"`)
})

test('T39: recipients are named', async () => {
  const { id } = await app.add()
  const now = app.clock.now()
  const given = { id: randomUUID(), recipient_name: 'X BV', recipient_country: 'NL', delay_until: null }
  const kept = { ...given, id: randomUUID(), recipient_name: 'Geheim BV', delay_until: '2027-01-01' }
  for (const one of [given, kept]) {
    await app.db
      .insertInto('disclosure')
      .values({
        ...{ ...one, entity: 'hmbs', state: 'sent', recipient_type: 'partner', eu_list: 'test' },
        ...{ purpose: 'claim', legal_basis: 'contract', reason: 'A claim of the member.', channel: 'portal' },
        ...{ requested_by: 'a', requested_at: now, approve_until: now },
        ...(one.delay_until === null ? {} : { delay_reason: 'An investigation is open.' }),
      })
      .execute()
    await app.db
      .insertInto('disclosure_recording')
      .values({ disclosure_id: one.id, recording_id: id, n: 1, opened_at: now })
      .execute()
  }
  await app.db
    .insertInto('supplier')
    .values({
      ...{
        id: randomUUID(),
        legal_name: 'Spraak BV',
        country: 'NL',
        type: 'processor',
        agreement_ref: 'V-1',
      },
      ...{ valid_from: '2026-01-01', valid_until: '2027-12-31', purposes: ['transcription'], products: [] },
      ...{ entities: ['hmbs'], changed_by: 'a', changed_at: now },
    })
    .execute()
  const files = await unzipped(await ready(await app.decided({ recordings: [id] })))
  expect(json(files, 'recipients.json').recipients).toMatchObject([
    { name: 'X BV', recordingId: id },
    { name: 'Spraak BV', recordingId: null },
  ])
  expect(json(files, `recordings/${id}/record.json`).recipients).toMatchObject([
    { name: 'X BV' },
    { name: 'Spraak BV' },
  ])
  expect(String(files.get('index.html'))).toContain('X BV')
  for (const content of files.values()) expect(String(content)).not.toContain('Geheim BV')
})

test('what was refused is named with its reason and its day, and not there', async () => {
  const [given, kept] = [await app.add(), await app.add()]
  const request = await app.decided({ recordings: [given.id, kept.id], refused: [kept.id] })
  const files = await unzipped(await ready(request))
  expect(json(files, 'withheld.json').withheld).toEqual([
    {
      ...{ recordingId: kept.id, code: 'CrimeInvestigationImpaired', until: '2027-01-31' },
      text: 'Dit gesprek houden wij nog achter.',
    },
  ])
  expect([...files.keys()].some((name) => name.includes(kept.id))).toBe(false)
  expect(json(files, 'manifest.json').recordings).toEqual([
    { id: given.id, status: 'included' },
    { id: kept.id, status: 'withheld' },
  ])
})

test('portability gives what rests on consent or contract, and names the rest', async () => {
  const [mine, other] = [await app.add({ memberRef: 'M-3003' }), await app.add({ memberRef: 'M-3003' })]
  await app.db
    .updateTable('purpose_tag')
    .set({ legal_basis: 'contract' })
    .where('recording_id', '=', mine.id)
    .execute()
  const request = await app.decided({
    recordings: [mine.id, other.id],
    types: ['portability'],
    memberRef: 'M-3003',
  })
  await app.build()
  const { bytes, body } = await app.fetch(request, persons.member('M-3003'))
  expect(body).toBeNull()
  const files = await unzipped(bytes)
  expect((await app.verify(bytes)).findings).toEqual([])
  expect(json(files, 'manifest.json')).toMatchObject({
    kind: 'portability',
    recordings: [
      { id: mine.id, status: 'included' },
      { id: other.id, status: 'withheld' },
    ],
  })
  expect(json(files, 'withheld.json').withheld).toMatchObject([
    { recordingId: other.id, code: 'NotPortable' },
  ])
})

test('a recording that is damaged is left out and named; the others are given', async () => {
  const [good, bad] = [await app.add(), await app.add()]
  await app.db
    .updateTable('rendition')
    .set({ sha256: Buffer.alloc(32) })
    .where('recording_id', '=', bad.id)
    .execute()
  const files = await unzipped(await ready(await app.decided({ recordings: [good.id, bad.id] })))
  expect(json(files, 'withheld.json').withheld).toMatchObject([
    { recordingId: bad.id, code: 'DamagedInStorage' },
  ])
})
