import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { makeSessions } from '../../../src/access/sessions.ts'
import { composeHolds } from '../../../src/compose/holds.ts'
import { composePrivacyRequests } from '../../../src/compose/privacy-requests.ts'
import type { TagState } from '../../../src/db/schema.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { addPeriod, startOfDayAfter } from '../../../src/kernel/calendar.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { noteDelivered } from '../../../src/privacy/deliver-request.ts'
import type { RequestJson } from '../../../src/privacy/request-schema.ts'
import type { LegalBasis } from '../../../src/recordings/model.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { type Claims, createIssuer, persons } from '../../support/tokens.ts'
import { CALL_DAY, setStage } from '../retention/stage.ts'

const RULES = new URL('../../../src/retention/hmbs.yaml', import.meta.url)

export const pim = persons.privacyOfficer()
export const petra = persons.privacyOfficer({ sub: 'privacy-2' })
export const agent = persons.agent()

/** What the member reads. */
export const TEXT = 'Wij hebben uw verzoek bekeken.'
export const grant = (type: string, more: object = {}) => ({ type, outcome: 'granted', text: TEXT, ...more })
export const refuse = (type: string, reason: string, more: object = {}) => ({
  ...{ type, outcome: 'refused', reason, text: TEXT },
  ...more,
})

export const TRAINING = { purpose: 'training_coaching' } as const
export const FRAUD = { purpose: 'fraud_prevention', retainUntil: '2027-01-15' } as const
export const LEGAL = {
  purpose: 'legal_obligation',
  minUntil: '2027-01-15',
  retainUntil: '2027-01-15',
} as const

export interface TagWish {
  readonly purpose: string
  readonly basis?: LegalBasis
  readonly minUntil?: string | null
  readonly retainUntil?: string | null
  readonly state?: TagState
}

export type RequestsApp = Awaited<ReturnType<typeof startRequestsApp>>

let nextMember = 1

/** Privacy requests over HTTP on a real database and store, with the real sweep and a clock of the test. */
export async function startRequestsApp() {
  const directory = await mkdtemp(join(tmpdir(), 'listenback-requests-'))
  const stage = await setStage(await openFileObjectStore(directory))
  const { db, clock, store } = stage
  const issuer = await createIssuer()
  const logger = createLogger('error')
  logger.silent = true
  const book = openRules(await readFile(RULES, 'utf8'))
  const find = (id: string, version: number) =>
    book.rules.find((rule) => rule.id === id && rule.version === version)
  const requests = composePrivacyRequests(
    { db, clock, logger },
    { deadlines: { goodFriday: false } },
    { current: () => book, find },
  )
  const counts: Record<string, number> = {}
  const jobs = requests.jobs((clock, count) => {
    counts[clock] = count
  })
  const runJob = async (name: string) => {
    const never = new AbortController().signal
    await jobs.find((job) => job.name === name)?.run(never, never)
  }
  const app = appWith({
    issuer,
    sessions: makeSessions(stage),
    // Tokens are issued in real time, whatever time it is for the requests.
    clock: systemClock,
    logger,
    endpoints: [...requests.endpoints, ...composeHolds({ db, store, clock, logger }).endpoints],
  })
  const server: Server = await listen(app, 0, '127.0.0.1')

  async function send(method: string, path: string, claims: Claims, body?: unknown) {
    const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${issuer.token(claims)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
    return { status: response.status, body: (text ? JSON.parse(text) : null) as any, text }
  }

  /** A member of whom nothing is known yet. */
  function newMember() {
    const ref = `M-${1000 + nextMember++}`
    const claims = persons.member(ref)
    return {
      ref,
      claims,
      call: (tags: readonly TagWish[], wish: { entity?: string } = {}) => addCall(stage, ref, tags, wish),
      file: (wanted: object) => send('POST', '/v1/privacy-requests', claims, wanted),
      see: async (id: string): Promise<RequestJson> =>
        (await send('GET', `/v1/privacy-requests/${id}`, claims)).body,
    }
  }

  return {
    ...stage,
    send,
    newMember,
    /** A member with one call who asks for something. */
    async asked(types: readonly string[], tags: readonly TagWish[] = [TRAINING], more: object = {}) {
      const member = newMember()
      const call = await member.call(tags)
      const { body } = await member.file({ types, ...more })
      return { member, call, id: body.id as string, body }
    },
    /** What whoever builds packages says once one was handed over. */
    deliver: (id: string) => db.transaction().execute((tx) => noteDelivered(tx, id, clock.now())),
    /** Another time, also for a sweep that has been at a later one. */
    async begin(instant: string) {
      clock.set(instant)
      await db.deleteFrom('fact').execute()
    },
    /** What goes on by itself. */
    tend: () => runJob('tend-privacy-requests'),
    async remind() {
      await runJob('remind-privacy-requests')
      return { ...counts }
    },
    /** Messages about a request, in the order they were written. */
    async noticesOf(id: string, to: 'member' | 'officer' = 'member'): Promise<string[]> {
      const rows = await db
        .selectFrom('notice')
        .select('kind')
        .where('about_id', '=', id)
        .where('member_ref', to === 'member' ? 'is not' : 'is', null)
        .orderBy('created_at')
        .orderBy('kind')
        .execute()
      return rows.map(({ kind }) => kind)
    },
    decide: (id: string, claims: Claims, ...decisions: readonly object[]) =>
      send('POST', `/v1/privacy-requests/${id}/decision`, claims, { decisions }),
    act: (id: string, verb: string, claims: Claims, body?: unknown) =>
      send('POST', `/v1/privacy-requests/${id}/${verb}`, claims, body),
    locksOf: async (recordingId: string): Promise<number> =>
      (
        await db
          .selectFrom('recording')
          .select('lock_count')
          .where('id', '=', recordingId)
          .executeTakeFirstOrThrow()
      ).lock_count,
    async tagsOf(recordingId: string): Promise<Record<string, TagState>> {
      const rows = await db
        .selectFrom('purpose_tag')
        .select(['purpose', 'state'])
        .where('recording_id', '=', recordingId)
        .execute()
      return Object.fromEntries(rows.map(({ purpose, state }) => [purpose, state]))
    },
    async stepsOf(id: string): Promise<string[]> {
      const rows = await db
        .selectFrom('audit_event')
        .select('type')
        .where(sql<boolean>`detail ->> 'privacyRequest' = ${id}`)
        .where('outcome', '=', 'ok')
        .orderBy('occurred_at')
        .execute()
      return rows.map(({ type }) => type)
    },
    async close() {
      await drain(server, 0)
      await stage.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** A stored call of a member with these purposes; its end is that of the longest. */
async function addCall(
  stage: Pick<Awaited<ReturnType<typeof setStage>>, 'db' | 'record'>,
  memberRef: string,
  tags: readonly TagWish[],
  { entity = 'hmbs' }: { entity?: string },
): Promise<string> {
  const ends = tags.map(({ retainUntil }) => (retainUntil === undefined ? '2026-07-15' : retainUntil))
  const last = ends.includes(null) ? null : (ends.toSorted().at(-1) ?? null)
  const id = await stage.record({
    ...{ entity, tagStates: [], keepUntil: last },
    dueAt: last === null ? null : startOfDayAfter(last),
  })
  await stage.db.updateTable('recording').set({ member_ref: memberRef }).where('id', '=', id).execute()
  if (tags.length > 0)
    await stage.db
      .insertInto('purpose_tag')
      .values(tags.map((tag, i) => tagRow(id, tag, ends[i] ?? null)))
      .execute()
  return id
}

const BASES: Readonly<Record<string, LegalBasis>> = {
  legal_obligation: 'legal_obligation',
  contract_performance: 'contract',
}

const RULES_OF: Readonly<Record<string, string>> = {
  training_coaching: 'training',
  service_quality: 'service',
  fraud_prevention: 'fraud',
  legal_obligation: 'legal-policy',
  contract_performance: 'contract-policy',
}

const tagRow = (recordingId: string, tag: TagWish, retainUntil: string | null) => ({
  recording_id: recordingId,
  purpose: tag.purpose,
  legal_basis: tag.basis ?? BASES[tag.purpose] ?? 'legitimate_interests',
  product: 'home',
  rule_id: RULES_OF[tag.purpose] ?? 'training',
  rule_version: tag.purpose === 'contract_performance' ? 2 : 1,
  trigger: 'call.ended',
  trigger_date: retainUntil === null ? null : CALL_DAY,
  min_until: tag.minUntil ?? null,
  retain_until: retainUntil,
  state: tag.state ?? (retainUntil === null ? ('pending_trigger' as const) : ('active' as const)),
})

export const daysLater = (day: string, days: number): string => addPeriod(day, `P${days}D`)
