import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { persons } from '../support/tokens.ts'
import { approveStops } from './approve-stops.ts'
import { audioOf, type Call } from './calls.ts'
import { upload } from './kill-cycles.ts'
import { listStore, type Site } from './site.ts'

const RECOVERY_MS = 120_000

/**
 * After the last kill: lets senders finish and the service recover by itself, then compares what was
 * promised with what is there. Gives every broken promise in words; none is what a run must show.
 */
export async function verify(site: Site, calls: readonly Call[]): Promise<string[]> {
  await finishUploads(site, calls)
  await sweepAll(site)
  await settle(site)
  return [
    ...(await checkRows(site, calls)),
    ...(await checkBytes(site, calls)),
    ...(await checkStore(site)),
    ...(await checkFsck(site)),
  ]
}

async function finishUploads(site: Site, calls: readonly Call[]): Promise<void> {
  const deadline = Date.now() + RECOVERY_MS
  for (const call of calls) {
    while (call.state === 'open' && Date.now() < deadline) {
      await upload(site, call)
      if (call.state === 'open') await sleep(500)
    }
  }
}

/** A run does so much and no more, and leaves what somebody works on; what is left is for the next one. */
async function sweepAll({ service, sql }: Site): Promise<void> {
  const left = async () =>
    (
      await sql.query(
        `select 1 from recording where status = 'quarantined'
          or (due_at <= now() and status in ('processing', 'available', 'unplayable')) limit 1`,
      )
    ).rowCount
  do {
    // A sweep that has to ask ends with 1 after it did what it may.
    await service.command('sweep').catch(async (error: unknown) => {
      if (!(await approveStops(service))) throw error
    })
  } while (await left())
}

/** Recovery is the service's own work: nothing here helps it. It may take as long as it gets on. */
async function settle({ sql }: Site): Promise<void> {
  const unfinished = `select id from recording where status in ('receiving', 'processing', 'quarantined', 'destroying')
    union all select recording_id from audio_work where state = 'waiting'`
  let least = Number.POSITIVE_INFINITY
  let deadline = Date.now() + RECOVERY_MS
  while (Date.now() < deadline) {
    const left = (await sql.query(unfinished)).rowCount ?? 0
    if (left === 0) return
    if (left < least) deadline = Date.now() + RECOVERY_MS
    least = Math.min(least, left)
    await sleep(500)
  }
}

async function checkRows({ sql }: Site, calls: readonly Call[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string; status: string; call_id: string | null; has_key: boolean }>(
    `select id, status, call_id, exists (select 1 from recording_key where recording_id = id) as has_key from recording`,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const known = new Set(calls.map((call) => call.recordingId))
  const broken = calls.flatMap((call) => {
    const row = byId.get(call.recordingId ?? '')
    if (call.state === 'open') return [`${call.callId} could not be delivered in the end`]
    if (!row) return [`LOST: ${call.callId} was confirmed and has no row`]
    const expected = call.state === 'due' ? 'destroyed' : 'available'
    return [
      ...(row.status === expected ? [] : [`${call.callId} is ${row.status}, not ${expected}`]),
      ...(row.has_key === (expected === 'available')
        ? []
        : [`${call.callId} (${expected}): key ${row.has_key}`]),
    ]
  })
  const strangers = rows.filter((row) => !known.has(row.id))
  return [...broken, ...strangers.map((row) => `row ${row.id} (${row.status}) belongs to no confirmed call`)]
}

async function checkBytes({ service }: Site, calls: readonly Call[]): Promise<string[]> {
  const broken: string[] = []
  for (const call of calls) {
    const path = `/v1/recordings/${call.recordingId}/copy`
    const answer = await service.call(path, persons.member(call.memberRef))
    const body = Buffer.from(await answer.arrayBuffer())
    if (call.state === 'due' && answer.status !== 404) broken.push(`${call.callId} is due: ${answer.status}`)
    if (call.state !== 'stored') continue
    if (answer.status !== 200) broken.push(`LOST: the copy of ${call.callId} answers ${answer.status}`)
    else if (sha256(body) !== sha256(audioOf(call))) broken.push(`LOST: ${call.callId} has other bytes`)
  }
  return broken
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Exactly one version per rendition that the database knows, and nothing else. */
async function checkStore({ sql, bucket }: Site): Promise<string[]> {
  const { rows } = await sql.query<{ object_key: string }>('select object_key from rendition')
  const expected = new Set(rows.map((row) => row.object_key))
  const { versions, markers, uploads } = await listStore(bucket)
  return [
    ...[...expected].filter((key) => !versions.has(key)).map((key) => `LOST: no object ${key}`),
    ...[...versions].filter(([key]) => !expected.has(key)).map(([key]) => `orphan ${key}`),
    ...[...versions].filter(([, count]) => count > 1).map(([key, count]) => `${count} versions of ${key}`),
    ...markers.map((key) => `delete marker ${key}`),
    ...uploads.map((key) => `unfinished upload ${key}`),
  ]
}

async function checkFsck({ service }: Site): Promise<string[]> {
  const output = await service.command('fsck').catch((error: unknown) => `fsck: ${error}`)
  return output.includes('"clean":true') ? [] : [output]
}
