import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { addPeriod, dayOf } from '../../../src/kernel/calendar.ts'
import type { RecordingJson } from '../../../src/recordings/present.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { waitFor } from '../../support/processes.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { wav } from '../ingest/form.ts'

export const AUDIO = wav(1)
export const TODAY = dayOf(new Date())

/** An instant around noon in Amsterdam, so many months before the last fifteenth of a month that is over. */
export function monthsAgo(months: number): string {
  const day = new Date(`${TODAY.slice(0, 7)}-15T11:00:00Z`)
  const toCome = Number(TODAY.slice(8)) <= 15 ? 1 : 0
  day.setUTCMonth(day.getUTCMonth() - months - toCome)
  return day.toISOString()
}

/** The last day of a period that counts from an instant. */
export const lastDayAfter = (instant: string, period: string): string =>
  addPeriod(dayOf(new Date(instant)), period)

export interface Answer<T> {
  readonly status: number
  readonly body: T & { readonly code?: string }
}

export interface EventsService {
  readonly service: RunningService
  readonly db: OpenDatabase['db']
  /** Delivers a call as an importer and gives the recording as the importer sees it. */
  record(changes?: Readonly<Record<string, unknown>>): Promise<RecordingJson>
  see(id: string, claims?: Claims): Promise<RecordingJson>
  send<T = RecordingJson>(method: string, path: string, claims: Claims, body?: unknown): Promise<Answer<T>>
  report(event: Readonly<Record<string, unknown>>, claims?: Claims): Promise<Answer<Record<string, unknown>>>
  auditOf(id: string): Promise<string[]>
  close(): Promise<void>
}

/** The real service with a database of its own; once this is ready it sweeps only when it is asked to. */
export async function startEventsService(): Promise<EventsService> {
  const database: TestDatabase = await createTestDatabase()
  const { db, close } = openDatabase(database.url, 4)
  const service = await startService({ databaseUrl: database.url, env: { SWEEP_INTERVAL: '24h' } })
  await waitFor('the sweep that a start causes', async () => {
    const { rows } = await sql`select from pgboss.job where name = 'sweep' and state = 'completed'`.execute(
      db,
    )
    return rows.length > 0 || undefined
  })
  const importer = persons.importer()
  const send: EventsService['send'] = async (method, path, claims, body) => {
    const response = await service.call(path, claims, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const see: EventsService['see'] = async (id, claims = persons.privacyOfficer()) =>
    (await send<RecordingJson>('GET', `/v1/recordings/${id}`, claims)).body
  return {
    service,
    db,
    send,
    see,
    async record(changes = {}) {
      const metadata = callMetadata(changes)
      const token = service.issuer.token(importer)
      const { status, body } = await deliver({ baseUrl: service.baseUrl, token, metadata, audio: AUDIO })
      if (status !== 201) throw new Error(`the delivery was answered ${status} ${JSON.stringify(body)}`)
      return body as RecordingJson
    },
    report: (event, claims = importer) => send('POST', '/v1/events', claims, { id: randomUUID(), ...event }),
    async auditOf(id) {
      const rows = await db
        .selectFrom('audit_event')
        .select('type')
        .where('recording_id', '=', id)
        .orderBy('occurred_at')
        .execute()
      return rows.map(({ type }) => type)
    },
    async close() {
      await service.stop()
      await close()
      await database.drop()
    },
  }
}

/** The purpose of a recording. */
export function purposeOf(recording: RecordingJson, purpose: string) {
  const found = recording.purposes.find((one) => one.purpose === purpose)
  if (!found) throw new Error(`the recording has no purpose ${purpose}`)
  return found
}
