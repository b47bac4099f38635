import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { request } from 'undici'
import type { RunningService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'

export interface PreviewStage {
  readonly service: RunningService
  readonly databaseUrl: string
  readonly rows: number
  readonly rounds: number
  readonly print: (text: string) => void
}

const DAY = 24 * 60 * 60 * 1000
const RULES = new URL('../../src/retention/hmbs.yaml', import.meta.url)

/**
 * As years of use leave it: half of the calls are of the last half year and kept for training; the
 * others, of seven years, for their contract, too, of which three in ten ended on a day of their own.
 */
const FILL = [
  `insert into recording (id, entity, call_id, status, product, started_at, ended_at, received_at)
   select gen_random_uuid(), 'hmbs', 'preview-' || n, 'available', (array['home','car','health','pension'])[1 + n / 2 % 4],
     at, at + interval '3 minutes', at
   from generate_series(1, $1::int) n,
     lateral (select now() - n / 2 % (case n % 2 when 0 then 180 else 2555 end) * interval '1 day' as at) called`,
  `insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, trigger_date,
     retain_until, state)
   select id, 'training_coaching', 'legitimate_interests', product, 'training', 1, 'call.ended', day,
     (day + interval '6 months')::date, 'active'
   from recording, lateral (select (ended_at at time zone 'Europe/Amsterdam')::date as day) called
   where call_id like 'preview-%'
   union all
   select id, 'contract_performance', 'contract', product, 'contract-policy', 2, 'policy.ended', ended,
     (ended + interval '7 years')::date, case when ended is null then 'pending_trigger' else 'active' end
   from recording, lateral (select case when n % 20 < 6 then
       ended_at::date + (n::bigint * 7919 % (current_date - ended_at::date + 1))::int end as ended
     from (select substr(call_id, 9)::int as n) numbered) policy
   where call_id like 'preview-%' and right(call_id, 1) in ('1', '3', '5', '7', '9')`,
  'vacuum (analyze) recording',
  'vacuum (analyze) purpose_tag',
  'vacuum (analyze) ends_class',
]

/** The preview of a shorter training period over every recording; the peer is counting the rows. */
export async function previewBench({
  service,
  databaseUrl,
  rows,
  rounds,
  print,
}: PreviewStage): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  print(`filling ${rows.toLocaleString('en')} recordings with their purposes ...`)
  for (const [index, text] of FILL.entries()) await client.query(text, index === 0 ? [rows] : [])
  const document = (await readFile(RULES, 'utf8'))
    .replace('id: training\n    version: 1', 'id: training\n    version: 2')
    .replace('period: P6M', 'period: P3M')
  const headers = { authorization: `Bearer ${service.issuer.token(persons.privacyOfficer())}` }
  const drafted = await request(`${service.baseUrl}/v1/retention/rules`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      document,
      effectiveFrom: new Date(Date.now() + 2 * DAY).toISOString().slice(0, 10),
    }),
  })
  if (drafted.statusCode !== 201)
    throw new Error(`draft answered ${drafted.statusCode}: ${await drafted.body.text()}`)
  const { version } = (await drafted.body.json()) as { version: number }
  const ours: number[] = []
  const peer: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    ours.push(
      await secondsOf(async () => {
        const answer = await request(`${service.baseUrl}/v1/retention/rules/${version}/preview`, { headers })
        const text = await answer.body.text()
        if (answer.statusCode !== 200) throw new Error(`preview answered ${answer.statusCode}: ${text}`)
      }),
    )
    peer.push(await secondsOf(() => client.query('select count(*) from purpose_tag')))
  }
  await client.end()
  const [mine, count] = [median(ours), median(peer)]
  print(
    `preview of ${rows.toLocaleString('en')}`.padEnd(28) +
      ` ${mine.toFixed(2)} s, ${(mine / count).toFixed(1)}x counting the purposes (goal <= 2 s)`,
  )
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
