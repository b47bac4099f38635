import { randomInt, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import pg from 'pg'
import { Pool } from 'undici'
import { startPostgres } from '../support/postgres.ts'
import { startRgw, type TestBucket } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'
import { audioBench } from './audio.ts'
import { auditAppendBench } from './audit-append.ts'
import { delivery, wav } from './delivery.ts'
import { FILL, FILL_TAGS } from './fill-list.ts'
import { firstLoadBench } from './first-load.ts'
import { type Comparison, compare, medianOf, type Rate, runFor } from './measure.ts'
import { startNginx } from './nginx.ts'
import { presignedPath } from './presign.ts'
import { previewBench } from './preview.ts'
import { claimBench } from './sweep-claim.ts'
import { sweepEndToEnd } from './sweep-end-to-end.ts'

/**
 * Our figures beside a peer's, taken by turns in one run on the same store, with authentication,
 * audit and encryption on: `npm run bench`, or `npm run bench seek list` for some of them.
 */
const MIB = 1024 * 1024
const MEMBER = 'M-bench'
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10)
const LIST_ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000)

interface Stage {
  readonly service: RunningService
  readonly bucket: TestBucket
  readonly databaseUrl: string
}

const chosen = process.argv.slice(2)
const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name)
const print = (text: string): void => void process.stdout.write(`${text}\n`)

const perSecond = (rate: Rate): number => rate.perSecond
const megabytes = (rate: Rate): number => rate.bytesPerSecond / 1e6

function report(
  name: string,
  unit: string,
  result: Comparison,
  measure: (rate: Rate) => number,
  goal: string,
): void {
  const ours = medianOf(result.ours, measure)
  const peer = medianOf(result.peer, measure)
  const latency = medianOf(result.ours, (rate) => rate.p99Ms)
  const cpu = medianOf(result.ours, (rate) => rate.cpuMs)
  print(
    `${name.padEnd(28)} ratio ${result.ratio.toFixed(2)}  (ours ${ours.toFixed(0)} ${unit}, peer ${peer.toFixed(0)} ${unit}, our p99 ${latency.toFixed(1)} ms, processor ${cpu.toFixed(2)} ms each; goal ${goal})`,
  )
}

async function deliver(service: RunningService, bytes: number): Promise<string> {
  const { parts, contentType } = delivery(MEMBER, wav(bytes))
  const response = await service.call('/v1/recordings', persons.recorder(), {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: new Blob(parts as Buffer<ArrayBuffer>[]),
  })
  if (response.status !== 201)
    throw new Error(`delivery answered ${response.status}: ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}

/** Waits until nothing is made of recordings any more, which would take processor time from who is measured. */
async function untilQuiet({ databaseUrl }: Stage): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const isBusy = async () =>
    (await client.query(`select from audio_work where state = 'waiting' limit 1`)).rowCount !== 0
  while (await isBusy()) await sleep(500)
  await client.end()
}

/** GETs over a pool of kept-alive connections, reading the body to its end. */
function getter(origin: string, connections: number, expected: number) {
  const pool = new Pool(origin, { connections, pipelining: 1 })
  return {
    async get(path: string, headers: Record<string, string>): Promise<number> {
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers })
      let bytes = 0
      for await (const chunk of body) bytes += (chunk as Buffer).length
      if (statusCode !== expected) throw new Error(`${path.split('?')[0]} answered ${statusCode}`)
      return bytes
    },
    close: () => pool.close(),
  }
}

/** The peer as it comes, and at its best for this work. */
const PEERS = [
  { name: 'nginx', tuned: false },
  { name: 'tuned nginx', tuned: true },
]

async function reading(stage: Stage): Promise<void> {
  const authorization = `Bearer ${stage.service.issuer.token(persons.member(MEMBER))}`
  const readings = [SEEK, DOWNLOAD].filter(({ name }) => wanted(name))
  for (const reading of readings) {
    const id = await deliver(stage.service, reading.size)
    await untilQuiet(stage)
    for (const { name, tuned } of PEERS) {
      const nginx = await startNginx(stage.bucket.endpoint, { tuned })
      try {
        await readBeside(stage, { ...reading, id, authorization, peer: { name, origin: nginx.origin } })
      } finally {
        await nginx.stop()
      }
    }
  }
}

interface Reading {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly measure: (rate: Rate) => number
  readonly goal: string
  /** Of the recording, in bytes. */
  readonly size: number
  readonly connections: number
  readonly status: number
  readonly headers: () => Record<string, string>
}

const SEEK: Reading = {
  ...{ name: 'seek', title: '64 KiB ranges', unit: 'req/s', measure: perSecond },
  ...{ goal: '>= 0.45, floor 0.35', size: 5 * MIB, connections: 8, status: 206 },
  headers: () => {
    const start = randomInt(0, 5 * MIB - 65_536)
    return { range: `bytes=${start}-${start + 65_535}` }
  },
}

const DOWNLOAD: Reading = {
  ...{ name: 'download', title: '50 MiB', unit: 'MB/s', measure: megabytes },
  ...{ goal: '>= 0.9', size: 50 * MIB, connections: 2, status: 200 },
  headers: () => ({}),
}

/** The audio over our API, and the stored object over nginx. */
async function readBeside(
  { service, bucket }: Stage,
  reading: Reading & { id: string; authorization: string; peer: { name: string; origin: string } },
): Promise<void> {
  const { id, authorization, peer, connections, status, headers, measure } = reading
  const ours = getter(service.baseUrl, connections, status)
  const theirs = getter(peer.origin, connections, status)
  const path = presignedPath(bucket, `recordings/${id}/original.age`)
  const result = await compare(
    () => ours.get(`/v1/recordings/${id}/audio`, { authorization, ...headers() }),
    () => theirs.get(path, headers()),
    measure,
    { connections, seconds: SECONDS, rounds: ROUNDS, pid: service.pid },
  )
  const title = `${reading.name}, ${reading.title}`
  report(title, reading.unit, result, measure, `${reading.goal}, ${peer.name} as a proxy`)
  await Promise.all([ours.close(), theirs.close()])
}

/** One delivery at a time: what is made of it afterwards has figures of its own, and is waited for in between. */
async function ingest(stage: Stage): Promise<void> {
  const { service, bucket } = stage
  const audio = wav(50 * MIB)
  const pool = new Pool(service.baseUrl, { connections: 1 })
  const authorization = `Bearer ${service.issuer.token(persons.recorder())}`
  const ours = async (): Promise<number> => {
    const { parts, bytes, contentType } = delivery(MEMBER, audio)
    const headers = { authorization, 'content-type': contentType, 'content-length': String(bytes) }
    const body = Readable.from(parts)
    const answer = await pool.request({ path: '/v1/recordings', method: 'POST', headers, body })
    const text = await answer.body.text()
    if (answer.statusCode !== 201) throw new Error(`delivery answered ${answer.statusCode}: ${text}`)
    return audio.length
  }
  const peer = async (): Promise<number> => {
    await bucket.client.send(
      new PutObjectCommand({ Bucket: bucket.bucket, Key: `bare/${randomUUID()}`, Body: audio }),
    )
    return audio.length
  }
  const result = await compare(ours, peer, megabytes, {
    connections: 1,
    seconds: SECONDS / 2,
    rounds: ROUNDS,
    pid: service.pid,
    rest: () => untilQuiet(stage),
  })
  report('ingest, 50 MiB', 'MB/s', result, megabytes, '>= 0.6, bare SDK put')
  await pool.close()
}

/** One member's pages out of a million recordings, 5,000 of them the member's own; the peer is the same page over pg alone. */
async function list({ service, databaseUrl }: Stage): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  print(`filling ${LIST_ROWS.toLocaleString('en')} recordings ...`)
  await client.query(FILL, [LIST_ROWS])
  // The classes of the preview play no part here, and keeping them row by row would take longer than the bench.
  await client.query('alter table purpose_tag disable trigger user')
  await client.query(FILL_TAGS)
  await client.query('alter table purpose_tag enable trigger user')
  await client.query('vacuum analyze')
  const pool = new Pool(service.baseUrl, { connections: 4 })
  const authorization = `Bearer ${service.issuer.token(persons.member('M-7'))}`
  const cursors: string[] = ['']
  const page = async (): Promise<number> => {
    const cursor = cursors[randomInt(0, cursors.length)] ?? ''
    const { statusCode, body } = await pool.request({
      path: `/v1/recordings?limit=50${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      method: 'GET',
      headers: { authorization },
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`list answered ${statusCode}: ${text}`)
    const { items, nextCursor } = JSON.parse(text) as { items: unknown[]; nextCursor: string | null }
    if (items.length !== 50) throw new Error(`page of ${items.length}`)
    if (nextCursor && cursors.length < 90) cursors.push(nextCursor)
    return text.length
  }
  for (let i = 0; i < 500; i += 1) await page()
  const rate = await runFor(page, { connections: 4, seconds: SECONDS })
  const one = await runFor(page, { connections: 1, seconds: SECONDS })
  print(
    `list, 50 of ${LIST_ROWS.toLocaleString('en')}`.padEnd(28) +
      ` p99 ${one.p99Ms.toFixed(1)} ms, p50 ${one.p50Ms.toFixed(1)} ms on one connection; ` +
      `p99 ${rate.p99Ms.toFixed(1)} ms at ${rate.perSecond.toFixed(0)} pages/s on four (goal p99 <= 15 ms)`,
  )
  await Promise.all([pool.close(), client.end()])
}

/** Every recording from claim to certificate, each proven by a listing; the peer only deletes. */
async function sweep({ bucket, databaseUrl }: Stage): Promise<void> {
  const { ours, peer } = await sweepEndToEnd(databaseUrl, bucket, {
    rounds: ROUNDS,
    perRound: Number(process.env.BENCH_RECORDINGS ?? 1000),
  })
  const ratios = ours.map((rate, index) => rate / (peer[index] ?? Number.NaN)).sort((a, b) => a - b)
  const middle = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN
  const list = (rates: readonly number[]) => rates.map((rate) => rate.toFixed(0)).join(' ')
  print(
    `${'destruction, 20 kB'.padEnd(28)} ratio ${middle.toFixed(2)}  (recordings/s: ours ${list(ours)}; peer ${list(peer)}; goal >= 0.7, bare DeleteObjects)`,
  )
}

/** Taking what is due out of use; the peer is a bare UPDATE, and the table size should not matter. */
async function claim(): Promise<void> {
  for (const rows of [LIST_ROWS / 10, LIST_ROWS]) {
    const due = Math.min(10_000, rows / 10 / ROUNDS)
    const { ratio, oursPerSecond, peerPerSecond } = await claimBench(postgres, { rows, due, rounds: ROUNDS })
    print(
      `${`due, ${due} of ${rows.toLocaleString('en')}`.padEnd(28)} ratio ${ratio.toFixed(2)}  (ours ${oursPerSecond.toFixed(0)} recordings/s, peer ${peerPerSecond.toFixed(0)}; goal >= 0.7, bare SKIP LOCKED update)`,
    )
  }
}

/** What a listener waits for before the first byte, with the log sealed meanwhile. */
async function auditAppend(): Promise<void> {
  const { sealed, ...result } = await auditAppendBench(postgres, { rounds: ROUNDS, seconds: SECONDS })
  report('audit append, sealed', 'rows/s', result, perSecond, '>= 0.8, plain insert and commit')
  print(`${''.padEnd(28)} ${sealed.toLocaleString('en')} events were sealed meanwhile`)
}

const postgres = await startPostgres({ durable: true })
const rgw = await startRgw()
try {
  const database = await postgres.createDatabase()
  const bucket = await rgw.createBucket({ versioning: true })
  const service = await startService({
    databaseUrl: database.url,
    bucket,
    env: {
      LOG_LEVEL: 'warn',
      ...(process.env.BENCH_NODE_OPTIONS ? { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } : {}),
    },
  })
  const stage = { service, bucket, databaseUrl: database.url }
  try {
    if (wanted('seek') || wanted('download')) await reading(stage)
    if (wanted('ingest')) await ingest(stage)
    if (wanted('sweep')) await sweep(stage)
    if (wanted('claim')) await claim()
    if (wanted('audit')) await auditAppend()
    if (wanted('list')) await list(stage)
    if (wanted('audio')) await audioBench(ROUNDS, print)
    if (wanted('first-load')) await firstLoadBench({ postgres, rgw, rounds: ROUNDS, print })
    if (wanted('preview')) await previewBench({ ...stage, rows: LIST_ROWS, rounds: ROUNDS, print })
  } finally {
    await service.stop()
  }
} finally {
  await Promise.allSettled([postgres.stop(), rgw.stop()])
}
