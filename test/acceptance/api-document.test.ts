import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wavHeader } from '../crash/calls.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'
import { type ApiDocument, madeUpRequests } from './made-up-request.ts'

/** What outside systems rely on; a route that comes or goes must be meant. */
const ROUTES = [
  'get /login',
  'get /login/callback',
  'post /logout',
  'get /v1/me',
  'post /v1/recordings',
  'get /v1/recordings',
  'get /v1/recordings/{id}',
  'patch /v1/recordings/{id}',
  'get /v1/recordings/{id}/accesses',
  'get /v1/recordings/{id}/custody',
  'post /v1/recording-searches',
  'post /v1/case-searches',
  'get /v1/recordings/{id}/audio',
  'head /v1/recordings/{id}/audio',
  'get /v1/recordings/{id}/waveform',
  'get /v1/recordings/{id}/copy',
  'head /v1/recordings/{id}/copy',
  'get /v1/recordings/{id}/cuts',
  'get /v1/recordings/{id}/spans',
  'put /v1/recordings/{id}/spans',
  'get /v1/recordings/{id}/retention',
  'post /v1/recordings/{id}/playbacks',
  'get /v1/playbacks/{id}/audio',
  'head /v1/playbacks/{id}/audio',
  'get /v1/playbacks/{id}/waveform',
  'post /v1/recordings/{id}/silence',
  'post /v1/holds',
  'get /v1/holds',
  'get /v1/holds/{id}',
  'post /v1/holds/{id}/review',
  'post /v1/holds/{id}/release',
  'post /v1/recordings/{id}/restriction',
  'post /v1/recordings/{id}/restriction/lift-notice',
  'delete /v1/recordings/{id}/restriction',
  'post /v1/recordings/{id}/request-locks',
  'delete /v1/recordings/{id}/request-locks/{requestRef}',
  'post /v1/recordings/{id}/purposes',
  'delete /v1/recordings/{id}/purposes/{purpose}',
  'post /v1/recordings/{id}/purposes/{purpose}/objection',
  'delete /v1/recordings/{id}/purposes/{purpose}/objection',
  'get /v1/preferences',
  'put /v1/preferences',
  'post /v1/privacy-requests',
  'get /v1/privacy-requests',
  'get /v1/privacy-requests/{id}',
  'get /v1/privacy-requests/{id}/items',
  'get /v1/privacy-requests/{id}/accesses',
  'post /v1/privacy-requests/{id}/review',
  'post /v1/privacy-requests/{id}/identity',
  'post /v1/privacy-requests/{id}/extension',
  'post /v1/privacy-requests/{id}/decision',
  'post /v1/privacy-requests/{id}/approval',
  'post /v1/privacy-requests/{id}/fee',
  'post /v1/privacy-requests/{id}/fee/acceptance',
  'post /v1/privacy-requests/{id}/view',
  'post /v1/privacy-requests/{id}/confirm-address',
  'post /v1/privacy-requests/{id}/confirm-download',
  'post /v1/privacy-requests/{id}/withdrawal',
  'get /v1/privacy-requests/{id}/package',
  'post /v1/privacy-requests/{id}/package',
  'get /v1/privacy-requests/{id}/package/file',
  'head /v1/privacy-requests/{id}/package/file',
  'get /v1/package-keys',
  'post /v1/vcons',
  'get /v1/notices',
  'post /v1/notices/{id}/read',
  'post /v1/notices/read',
  'get /v1/notice-preferences',
  'put /v1/notice-preferences',
  'get /v1/notices/undelivered',
  'post /v1/notices/undelivered/{id}/retry',
  'post /v1/webhooks',
  'get /v1/webhooks',
  'delete /v1/webhooks/{id}',
  'post /v1/webhooks/{id}/redrive',
  'post /v1/suppliers',
  'put /v1/suppliers/{id}',
  'get /v1/suppliers',
  'post /v1/disclosures',
  'get /v1/disclosures',
  'get /v1/disclosures/{id}',
  'post /v1/disclosures/{id}/approve',
  'post /v1/disclosures/{id}/revoke',
  'post /v1/disclosures/{id}/delivery',
  'post /v1/disclosures/{id}/return',
  'post /v1/deliveries/{id}',
  'post /v1/deliveries/{id}/recordings/{n}',
  'get /v1/recipient-notices',
  'post /v1/recipient-notices/{id}/reply',
  'post /v1/training-samples',
  'get /v1/training-samples',
  'get /v1/training-samples/{id}',
  'get /v1/training-samples/{id}/counts',
  'get /v1/training-samples/{id}/calibration',
  'get /v1/training-samples/{id}/items/{n}/notes',
  'post /v1/training-samples/{id}/items/{n}/notes',
  'delete /v1/training-samples/{id}/items/{n}/notes/{noteId}',
  'put /v1/training-samples/{id}/items/{n}/score',
  'post /v1/training-samples/{id}/items/{n}/release',
  'get /v1/score-form',
  'get /v1/feedback',
  'post /v1/events',
  'get /v1/operations',
  'get /v1/overview',
  'get /v1/overview/trends',
  'get /v1/retention/attention',
  'get /v1/retention/counts',
  'get /v1/retention/due',
  'get /v1/retention/rules',
  'post /v1/retention/rules',
  'get /v1/retention/rules/{version}',
  'post /v1/retention/rules/{version}/approve',
  'post /v1/retention/rules/{version}/reject',
  'get /v1/retention/rules/{version}/preview',
  'get /v1/retention/sweeps',
  'post /v1/retention/sweeps',
  'get /v1/retention/sweeps/{id}',
  'get /v1/retention/approvals',
  'post /v1/retention/approvals/{id}/approve',
  'get /v1/retention/reviews',
  'post /v1/retention/reviews/{recordingId}/confirm',
  'get /v1/integrity',
  'get /v1/certificates',
  'get /v1/certificates/{no}',
  'get /v1/signing-keys',
  'get /v1/audit-events',
  'get /v1/audit/export',
  'get /v1/audit/checkpoint',
  'get /v1/audit/proof',
  'get /v1/audit/consistency',
  'get /v1/processing-record',
  'get /v1/dpia-facts',
  'post /v1/breach-reports',
  'post /v1/breach-reports/members',
  'post /v1/recordings/{id}/accesses/{accessId}/name-request',
  'get /v1/name-requests',
  'post /v1/name-requests/{id}/decision',
  'post /v1/name-requests/{id}/approval',
  'post /v1/withheld-accesses',
  'get /v1/withheld-accesses',
  'post /v1/withheld-accesses/{id}/approval',
  'post /v1/withheld-accesses/{id}/review',
  'post /v1/break-glass',
  'get /v1/break-glass',
  'post /v1/break-glass/{id}/review',
  'get /v1/staff-anomalies',
  'post /v1/staff-anomalies/{id}/acknowledgement',
]

const STAFF = [
  ...[persons.privacyOfficer, persons.recordsManager, persons.coach, persons.fraudAnalyst],
  ...[persons.medicalAdviser, persons.auditor, persons.operator, persons.agent, persons.recorder],
]

let database: TestDatabase
let service: RunningService
let api: ApiDocument

beforeAll(async () => {
  database = await createTestDatabase()
  const oidc = { OIDC_CLIENT_ID: 'web', OIDC_CLIENT_SECRET: 'secret', PUBLIC_URL: 'http://127.0.0.1:3000' }
  service = await startService({ databaseUrl: database.url, env: oidc })
  api = (await (await fetch(`${service.baseUrl}/openapi.json`)).json()) as ApiDocument
})

afterAll(async () => {
  await service.stop()
  await database.drop()
})

const documented = () =>
  Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, spec]) => ({ path, method, spec })),
  )

const addressOf = (path: string) =>
  service.baseUrl + path.replaceAll(/\{\w+\}/g, '11111111-1111-4111-8111-111111111111')

test('the document lists exactly the routes that others rely on', () => {
  expect(new Set(documented().map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(ROUTES))
  const ids = documented().map(({ spec }) => spec.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every documented route is served, and asks for a credential unless it is public', async () => {
  for (const { path, method, spec } of documented()) {
    const isPublic = spec.security?.length === 0
    // What is public may rightly not know an invented number; that it is served shows in what it refuses.
    const asked = isPublic ? 'PUT' : method.toUpperCase()
    const { status } = await fetch(addressOf(path), { method: asked, redirect: 'manual' })
    expect([method, path, status]).toEqual([method, path, isPublic ? 405 : 401])
  }
})

test('no other method is served on a documented path', async () => {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      if (item[method.toLowerCase()]) continue
      const response = await service.call(
        path.replace('{id}', '11111111-1111-4111-8111-111111111111'),
        persons.operator(),
        { method },
      )
      expect([method, path, response.status]).toEqual([method, path, 405])
    }
  }
})

test('nothing that anybody makes up is answered with a fault of ours', async () => {
  const audio = Buffer.concat([wavHeader(16_000), Buffer.alloc(16_000)])
  const token = service.issuer.token(persons.recorder())
  const { body } = await deliver({ baseUrl: service.baseUrl, token, metadata: callMetadata(), audio })
  const ids = [String(body.id), '11111111-1111-4111-8111-111111111111']
  const callers = [persons.member('M-1'), ...STAFF.map((person) => person())].map((claims) =>
    service.issuer.token(claims),
  )
  const request = fc
    .constantFrom(
      ...documented().filter(
        ({ path, spec }) => path.startsWith('/v1/') && spec.operationId !== 'ingestRecording',
      ),
    )
    .chain(({ path, method }) => madeUpRequests(api, { path, method, ids }))
  await fc.assert(
    fc.asyncProperty(request, fc.constantFrom(...callers), async ({ method, path, body }, caller) => {
      const headers = { authorization: `Bearer ${caller}`, 'content-type': 'application/json' }
      const answer = await fetch(service.baseUrl + path, { method, headers, body: body ?? null })
      await answer.arrayBuffer()
      expect(answer.status).toBeLessThan(500)
    }),
    { numRuns: 1500 },
  )
})
