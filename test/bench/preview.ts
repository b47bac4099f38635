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
 * With their classes set by the fill, because a trigger would change every row once more. As years of use leave it: half of the calls are of the last half year and kept for training; the
 * others, of seven years, for their contract, too, of which three in ten ended on a day of their own.
 */
const FILL = [
  `create temporary table filled as
   select gen_random_uuid() as id, n, product, at, day, n % 2 = 1 as contract, ended
   from generate_series(1, $1::int) n,
     lateral (select now() - n / 2 % (case n % 2 when 0 then 180 else 2555 end) * interval '1 day' as at) called,
     lateral (select (array['home','car','health','pension'])[1 + n / 2 % 4] as product,
       (at at time zone 'Europe/Amsterdam')::date as day) about,
     lateral (select case when n % 20 < 6 then
       day + (n::bigint * 7919 % greatest(1, current_date - day + 1))::int end as ended) policy`,
  `create temporary table filled_tag as
   select id as recording_id, 'training_coaching' as purpose, 'legitimate_interests' as basis, product,
     'training' as rule_id, 1 as rule_version, 'call.ended' as trigger, day as trigger_date,
     (day + interval '6 months')::date as retain_until, 'active' as state from filled
   union all
   select id, 'contract_performance', 'contract', product, 'contract-policy', 2, 'policy.ended', ended,
     (ended + interval '7 years')::date, case when ended is null then 'pending_trigger' else 'active' end
   from filled where contract`,
  `create temporary table filled_class as
   select recording_id, jsonb_build_object('linkBy', null, 'sensitivity', array[]::text[],
     'tags', jsonb_agg(jsonb_build_object('purpose', purpose, 'state', state, 'product', product, 'ruleId', rule_id,
       'ruleVersion', rule_version, 'triggerDate', trigger_date, 'retainUntil', retain_until) order by purpose)) as facts
   from filled_tag group by recording_id`,
  `insert into ends_class (id, facts) select ends_class_id(facts), facts from filled_class group by facts`,
  `insert into recording (id, entity, call_id, status, product, started_at, ended_at, received_at, ends_class)
   select id, 'hmbs', 'preview-' || n, 'available', product, at, at + interval '3 minutes', at, ends_class_id(facts)
   from filled join filled_class on recording_id = id`,
  'alter table purpose_tag disable trigger user',
  `insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, trigger_date,
     retain_until, state)
   select * from filled_tag`,
  'alter table purpose_tag enable trigger user',
  'vacuum (analyze) recording',
  'vacuum (analyze) purpose_tag',
  'vacuum (analyze) ends_class',
]

/** Recordings of the fill, out of some, whose class is not the one that the database would have given them. */
const MISFILLED = `
select count(*)::int as count from recording
join ends_facts((select array_agg(id) from (select id from filled limit 1000) few)) found on found.recording_id = id
where ends_class is distinct from ends_class_id(found.facts)`

/** The preview of a shorter training period over every recording; the peer is counting the rows. */
export async function previewBench({
  service,
  databaseUrl,
  rows,
  rounds,
  print,
}: PreviewStage): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // A failure stops the server under it, and is what should be told.
  client.on('error', () => {})
  await client.connect()
  print(`filling ${rows.toLocaleString('en')} recordings with their purposes ...`)
  for (const [index, text] of FILL.entries()) await client.query(text, index === 0 ? [rows] : [])
  const { rows: misfilled } = await client.query<{ count: number }>(MISFILLED)
  if (misfilled[0]?.count !== 0) throw new Error('the fill gives other classes than the database')
  const { rows: classes } = await client.query<{ count: string }>('select count(*) from ends_class')
  print(`they are of ${Number(classes[0]?.count).toLocaleString('en')} classes`)
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
