import pg from 'pg'
import { testAudio } from '../../support/audio.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { waitFor } from '../../support/processes.ts'
import type { RunningService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'

/** Values of the call that must be nowhere once it is gone. */
export const CALL = {
  callId: 'call-of-jansen-0612345678',
  memberRef: 'M-jansen',
  agentRef: 'A-devries',
  team: 'team-devries',
  links: { policy: 'P-4711' },
} as const

export const PERSONAL_VALUES = [
  CALL.callId,
  CALL.memberRef,
  CALL.agentRef,
  CALL.team,
  CALL.links.policy,
  '0612345678',
]

export const member = persons.member(CALL.memberRef)

/** Delivers the call over the API; gives its id and the bytes of its audio. */
export async function deliverCall(
  service: RunningService,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<{ id: string; audio: Buffer }> {
  const { bytes, mediaType } = await testAudio('wav-mulaw')
  const answer = await deliver({
    baseUrl: service.baseUrl,
    token: service.issuer.token(persons.recorder()),
    metadata: callMetadata({ ...CALL, ...changes }),
    audio: bytes,
    mediaType,
  })
  if (answer.status !== 201) throw new Error(`delivery answered ${answer.status}`)
  return { id: answer.body.id as string, audio: bytes }
}

export async function query<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

/** Waits until everything is made of the audio: then nothing changes by itself any more. */
export const untilMade = (url: string): Promise<true> =>
  waitFor('everything to be made of the audio', async () =>
    (await query(url, `select 1 from audio_work where state = 'waiting'`)).length === 0 ? true : undefined,
  )

/** Moves the last day of a recording into the past, as if time had passed. */
export async function makeDue(url: string, id: string): Promise<void> {
  await query(
    url,
    `update purpose_tag set retain_until = current_date - 2, trigger_date = current_date - 184 where recording_id = $1`,
    [id],
  )
  await query(
    url,
    `update recording set keep_until = current_date - 2, due_at = now() - interval '1 day' where id = $1`,
    [id],
  )
}

/** Runs a sweep over the API and waits until the recording is destroyed. */
export async function sweepAway(service: RunningService, url: string, id: string): Promise<void> {
  const answer = await service.call('/v1/retention/sweeps', persons.recordsManager(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dryRun: false }),
  })
  if (answer.status !== 201) throw new Error(`the sweep answered ${answer.status}: ${await answer.text()}`)
  const [row] = await query<{ status: string }>(url, 'select status from recording where id = $1', [id])
  if (row?.status !== 'destroyed') throw new Error(`the recording is ${row?.status}: ${await answer.text()}`)
}
