import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { makeSigner } from '../../../src/audit/sign.ts'
import { composeAccountability } from '../../../src/compose/accountability.ts'
import { composeAudit } from '../../../src/compose/audit.ts'
import type { ListeningParts } from '../../../src/compose/listening.ts'
import { composeOversight } from '../../../src/compose/oversight.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { bearer, type ListeningAppOptions, startListeningApp } from '../listening/listening-app.ts'

export const agent = persons.agent({ sub: 'agent-1' })
export const officer = persons.privacyOfficer()
export const second = persons.privacyOfficer({ sub: 'officer-2' })

const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
const rules = openRules(readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8'))

/** What accounts for all of it, beside the audit log that it counts from. */
export const accounting = (parts: ListeningParts) => {
  const log = { origin: 'app.test/audit', years: 5, allEntities: () => rules.entities }
  const { seal: sealComplete } = composeAudit({ ...parts, signer }, log)
  // Whatever transaction runs in any database of the cluster, another test's too, keeps later events unsealed.
  const seal = async (): Promise<void> => {
    const unsealed = sql`select from audit_event e
      where not exists (select from audit_seal s where s.event_id = e.id) limit 1`
    do await sealComplete()
    while ((await unsealed.execute(parts.db)).rows.length > 0)
  }
  const books = { current: () => rules, currentBook: () => ({ version: 7 }) as never }
  return composeAccountability({ ...parts, seal, books, contact: 'fg@hmbs.example', graceDays: 7 })
}

export type OversightApp = Awaited<ReturnType<typeof startOversightApp>>

/** Listening with what watches over it, on a real database and store. */
export async function startOversightApp(options: ListeningAppOptions = {}) {
  const app = await startListeningApp({
    ...options,
    also: (parts) => [...composeOversight(parts), ...(options.also?.(parts) ?? [])],
  })

  async function call(claims: Claims, method: string, path: string, body?: unknown) {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(app.url + path, {
      method,
      headers: { ...bearer(app, claims), ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
    return { status: response.status, body: (isJson ? JSON.parse(text) : null) as any, text }
  }

  return {
    ...app,
    call,
    /** Asks for a recording's audio as somebody with a case. */
    hear: (claims: Claims, id: string, query = 'purpose=contract_performance&caseRef=C-1') =>
      call(claims, 'GET', `/v1/recordings/${id}/audio?${query}`),
    noticesOf: (kind: string) =>
      app.db.selectFrom('notice').selectAll().where('kind', '=', kind).orderBy('created_at').execute(),
    auditOfType: (type: string) =>
      app.db
        .selectFrom('audit_event')
        .select(['type', 'outcome', 'code', 'actor_sub', 'recording_id', 'detail'])
        .where('type', '=', type)
        .orderBy('occurred_at', 'desc')
        .execute(),
  }
}
