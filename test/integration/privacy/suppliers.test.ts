import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { makeSupplierGate } from '../../../src/privacy/supplier-gate.ts'
import { supplierEndpoints } from '../../../src/privacy/supplier-routes.ts'
import { makeSuppliers } from '../../../src/privacy/suppliers.ts'
import { type Api, apiWith } from '../../support/api-with.ts'
import { testClock } from '../../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { persons } from '../../support/tokens.ts'

const clock = testClock('2026-03-02T10:00:00Z')
const officer = persons.privacyOfficer()
const EU = 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' ')

let database: TestDatabase
let open: OpenDatabase
let api: Api

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase(database.url, 4)
  const ports = { db: open.db, clock }
  const admit = makeSupplierGate(ports)
  api = await apiWith(supplierEndpoints(makeSuppliers(ports), clock), { ...ports, admit })
})

afterAll(async () => {
  await api.close()
  await open.close()
  await database.drop()
})

beforeEach(async () => {
  await open.db.deleteFrom('supplier').execute()
  // What is known of agreements is looked up anew by then.
  clock.advance(60_000)
})

const WANTED = {
  ...{ legalName: 'Schrijfwerk BV', country: 'NL', type: 'processor', agreementRef: 'VO-2026-1' },
  ...{ validFrom: '2026-01-01', validUntil: '2026-06-30', purposes: ['transcription'] },
}
const add = (more: object = {}, claims = officer) =>
  api.call<{ id: string; code: string; inForce: boolean; errors: { field: string }[] }>(
    ...(['POST', '/v1/suppliers', claims] as const),
    { ...WANTED, ...more },
  )

test('T41: the EEA, Switzerland, the United Kingdom, the rest of the world and odd codes are not the EU', async () => {
  for (const country of ['GB', 'UK', 'CH', 'NO', 'IS', 'LI', 'US', 'nl', 'NLD', 'Nederland', 'EU', 'N L']) {
    const refused = await add({ country })
    expect([country, refused.status, refused.body.code]).toEqual([country, 422, 'outside_eu'])
    expect(refused.body.errors[0]?.field).toBe('country')
  }
  for (const country of [undefined, null, '', 31]) expect((await add({ country })).status).toBe(400)
  expect(await open.db.selectFrom('supplier').select('id').execute()).toEqual([])
  for (const country of EU) expect([country, (await add({ country })).status]).toEqual([country, 201])
})

test('T41: the people of a supplier are refused from the first minute after the last day of its agreement', async () => {
  await add({ subPrefix: 'ext-schrijfwerk:', validUntil: '2026-06-30' })
  const theirs = persons.privacyOfficer({ sub: 'ext-schrijfwerk:jan' })
  const others = persons.privacyOfficer({ sub: 'ext-schrijf' })
  const ask = async (claims = theirs) => (await api.call('GET', '/v1/suppliers', claims)).status
  clock.set('2026-06-30T21:59:59Z')
  expect(await ask()).toBe(200)
  clock.set('2026-06-30T22:00:00Z')
  expect([await ask(), await ask(others)]).toEqual([403, 200])
  const denied = open.db
    .selectFrom('audit_event')
    .select('outcome')
    .where('type', '=', 'access.agreement_over')
  expect(await denied.execute()).toEqual([{ outcome: 'denied' }])
  const member = persons.member('M-1', { sub: 'ext-schrijfwerk:jan', roles: ['member', 'privacy_officer'] })
  expect(await ask(member)).toBe(403)
  clock.set('2025-12-31T22:59:59Z')
  expect(await ask()).toBe(403)
})

test('whoever is hired until a day works for a supplier in the register, or does not work here', async () => {
  clock.set('2026-07-15T10:00:00Z')
  const hired = persons.privacyOfficer({ sub: 'zzp-karin', engaged_until: '2027-12-31' })
  const ask = async (claims = hired) => (await api.call('GET', '/v1/suppliers', claims)).status
  expect([await ask(), await ask(persons.privacyOfficer({ sub: 'zzp-karin' }))]).toEqual([403, 200])
  const denied = open.db
    .selectFrom('audit_event')
    .select(['actor_sub', 'outcome'])
    .where('type', '=', 'access.supplier_unknown')
  expect(await denied.execute()).toEqual([{ actor_sub: 'zzp-karin', outcome: 'denied' }])
  await add({ type: 'staffing', subPrefix: 'zzp-', validFrom: '2026-01-01', validUntil: '2027-12-31' })
  clock.advance(60_000)
  expect(await ask()).toBe(200)
  // The engagement of one person may end before the agreement does.
  expect(await ask({ ...hired, engaged_until: '2026-02-01' })).toBe(403)
})

test('a renewed agreement opens the door again, and what it was stays on record', async () => {
  const { body } = await add({ subPrefix: 'ext-schrijfwerk:', validUntil: '2026-06-30' })
  const theirs = persons.auditor({ sub: 'ext-schrijfwerk:jan' })
  clock.set('2026-07-01T10:00:00Z')
  expect((await api.call('GET', '/v1/suppliers', theirs)).status).toBe(403)
  const renewed = {
    ...WANTED,
    subPrefix: 'ext-schrijfwerk:',
    agreementRef: 'VO-2026-2',
    validUntil: '2027-06-30',
  }
  const answer = await api.call('PUT', `/v1/suppliers/${body.id}`, officer, renewed)
  expect([answer.status, answer.body.inForce]).toEqual([200, true])
  clock.advance(60_000)
  expect((await api.call('GET', '/v1/suppliers', theirs)).status).toBe(200)
  const events = open.db.selectFrom('audit_event').select('detail').where('type', '=', 'supplier.changed')
  expect(JSON.stringify(await events.execute())).toContain('VO-2026-1')
})

test.each([
  ['a last day before the first', { validUntil: '2025-12-31' }, 'validUntil'],
  ['a partner without products', { type: 'partner' }, 'products'],
])('%s is refused', async (_what, more, field) => {
  const refused = await add(more)
  expect([refused.status, refused.body.errors[0]?.field]).toEqual([422, field])
})

test('names that could be taken for those of another supplier are refused', async () => {
  await add({ subPrefix: 'ext-schrijf' })
  expect((await add({ subPrefix: 'ext-schrijfwerk' })).status).toBe(422)
  expect((await add({ subPrefix: 'ext-' })).status).toBe(422)
})

test('the register is written by privacy officers, and unknown to those of another entity', async () => {
  for (const claims of [persons.recordsManager(), persons.operator(), persons.member('M-1')])
    expect((await add({}, claims)).status).toBe(403)
  const { body } = await add()
  const other = persons.privacyOfficer({ entity: ['other'] })
  expect((await api.call('PUT', `/v1/suppliers/${body.id}`, other, WANTED)).status).toBe(404)
  expect((await api.call<{ items: unknown[] }>('GET', '/v1/suppliers', other)).body.items).toEqual([])
})
