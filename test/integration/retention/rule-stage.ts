import type { Server } from 'node:http'
import { makeSessions } from '../../../src/access/sessions.ts'
import { type Database, openDatabase } from '../../../src/db/database.ts'
import type { Endpoint } from '../../../src/http/endpoint.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { makeDecideRules } from '../../../src/retention/approve-rules.ts'
import { makeDraftRules } from '../../../src/retention/draft-rules.ts'
import { makePreview } from '../../../src/retention/preview.ts'
import { openRuleBooks, type RuleBooks } from '../../../src/retention/rule-books.ts'
import { makeListRules, makeReadRules } from '../../../src/retention/rule-reading.ts'
import { ruleEndpoints } from '../../../src/retention/rule-routes.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { type Claims, createIssuer, persons } from '../../support/tokens.ts'

/** Two rules of which every part can be changed. */
export const rulesText = ({ training = 'version: 1, period: P6M', more = '' } = {}) => `format: 1
catalogue:
  entities: [hmbs]
  products: [home, car]
  sensitivities: [health]
  purposes:
    training_coaching: { basis: legitimate_interests, nl: training, en: training }
    contract_performance: { basis: contract, nl: overeenkomst, en: contract }
  notices: { '2026-01': [training_coaching, contract_performance] }
rules:
  - { id: training, ${training}, purpose: training_coaching, trigger: call.ended, disposition: delete, ground: g, source: s }
  - { id: contract, version: 1, purpose: contract_performance, trigger: policy.ended, period: P7Y, disposition: anonymise, ground: g, source: s }
${more}`

export const officer = persons.privacyOfficer()
export const secondOfficer = persons.privacyOfficer({ sub: 'privacy-2' })

export interface RuleStage {
  readonly db: Database
  readonly url: string
  readonly clock: TestClock
  readonly books: RuleBooks
  readonly logger: ReturnType<typeof createLogger>
  call(path: string, claims: Claims, body?: unknown): Promise<Response>
  /** As `call` with POST, also without a body. */
  post(path: string, claims: Claims, body?: unknown): Promise<Response>
  /** Rules in force, by two people. */
  adopt(document: string, effectiveFrom: string, lengtheningGround?: string): Promise<number>
  close(): Promise<void>
}

/** The rules' endpoints over a database with one book, on 15 July 2026 in the afternoon. */
export async function setRuleStage(
  more: (stage: Omit<RuleStage, 'call' | 'post' | 'adopt' | 'close'>) => Endpoint[] = () => [],
): Promise<RuleStage> {
  const database = await createTestDatabase()
  const { db, close } = openDatabase(database.url, 6)
  const clock = testClock('2026-07-15T12:00:00Z')
  const logger = createLogger('error')
  logger.silent = true
  const books = await openRuleBooks({ db, clock, logger }, rulesText())
  const ports = { db, clock, books }
  const issuer = await createIssuer()
  const parts = { ...ports, url: database.url, logger }
  const app = appWith({
    issuer,
    sessions: makeSessions({ db, clock }),
    clock: testClock(new Date().toISOString()),
    logger,
    endpoints: [
      ...ruleEndpoints({
        listRules: makeListRules(ports),
        readRules: makeReadRules(ports),
        draftRules: makeDraftRules(ports),
        decideRules: makeDecideRules(ports),
        preview: makePreview(ports),
      }),
      ...more(parts),
    ],
  })
  const server: Server = await listen(app, 0, '127.0.0.1')
  const send = (method: string, path: string, claims: Claims, body?: unknown) =>
    fetch(`http://127.0.0.1:${portOf(server)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${issuer.token(claims)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const post: RuleStage['post'] = (path, claims, body) => send('POST', path, claims, body)
  return {
    ...parts,
    call: (path, claims, body) => send(body === undefined ? 'GET' : 'POST', path, claims, body),
    post,
    async adopt(document, effectiveFrom, lengtheningGround) {
      const drafted = await post('/v1/retention/rules', officer, {
        document,
        effectiveFrom,
        ...(lengtheningGround === undefined ? {} : { lengtheningGround }),
      })
      if (drafted.status !== 201) throw new Error(`draft: ${drafted.status} ${await drafted.text()}`)
      const { version } = (await drafted.json()) as { version: number }
      const approved = await post(`/v1/retention/rules/${version}/approve`, secondOfficer)
      if (approved.status !== 200) throw new Error(`approval: ${approved.status} ${await approved.text()}`)
      return version
    },
    async close() {
      await drain(server, 0)
      await books[Symbol.asyncDispose]()
      await close()
      await database.drop()
    },
  }
}
