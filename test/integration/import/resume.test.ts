import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { testAudio } from '../../support/audio.ts'
import { type OwnProcess, waitFor } from '../../support/processes.ts'
import { type ImportSite, jsonl, openImportSite, row } from './site.ts'

const ROWS = 30

let site: ImportSite
let manifest: string

beforeAll(async () => {
  site = await openImportSite()
  const { bytes } = await testAudio('wav-pcm', 30)
  await site.call('call.wav', bytes)
  const rows = Array.from({ length: ROWS }, (_, i) =>
    row({ callId: `call-${i}`, links: { policy: `P-${i}` } }),
  )
  manifest = await site.file('calls.jsonl', jsonl(rows))
})

afterAll(() => site.close())

afterEach(async () => {
  await site.sql.query('truncate recording cascade')
})

const args = () => ['import', site.calls, '--manifest', manifest, '--entity', 'hmbs', '--concurrency', '8']
const stored = async (): Promise<number> =>
  Number((await site.sql.query(`select count(*) from recording where status = 'processing'`)).rows[0].count)

const untilStored = (count: number, own: OwnProcess): Promise<true> =>
  waitFor('stored calls', async () => ((await stored()) >= count ? true : undefined), { process: own })

describe('an import that was interrupted', { timeout: 180_000 }, () => {
  it('by SIGKILL, several times, ends with exactly one recording for every row', async () => {
    for (const count of [1, 12]) {
      const own = site.start(`killed-${count}.log`, ...args())
      await untilStored(count, own)
      await own.stop('SIGKILL')
    }
    const { summary, code } = await site.run(...args())
    expect(summary).toMatchObject({ rows: ROWS, refused: 0, complete: true })
    expect(summary.there).toBeGreaterThanOrEqual(12)
    expect(code).toBe(0)
    const { rows } = await site.sql.query(
      `select count(*)::int as all, count(distinct call_id)::int as calls, count(*) filter (where status = 'processing')::int as confirmed from recording`,
    )
    expect(rows).toEqual([{ all: ROWS, calls: ROWS, confirmed: ROWS }])
    expect((await site.run('fsck')).summary).toMatchObject({ recordings: ROWS, versions: ROWS, clean: true })
    // What was cut off in the notes is passed over; every line that counts names a recording of this import.
    const noted = (await site.read('calls.jsonl.state.jsonl')).match(/"recording":"[0-9a-f-]{36}"\}$/gm) ?? []
    expect(new Set(noted).size).toBeGreaterThanOrEqual(ROWS - 16)
  })

  it('by SIGINT, finishes the files under way, says so, and goes on where it stopped', async () => {
    const fresh = ['--state', site.path('stopped.state')]
    const own = site.start('stopped.log', ...args(), ...fresh)
    await untilStored(5, own)
    own.kill('SIGINT')
    expect(await own.ended).toMatchObject({ code: 130, signal: null })
    const log = await site.read('stopped.log')
    const summary = JSON.parse(log.split('\n').find((line) => line.startsWith('{"run"')) ?? '{}')
    expect(summary).toMatchObject({ complete: false, refused: 0 })
    expect(await stored()).toBe(summary.imported)
    expect(summary.imported).toBeLessThan(ROWS)
    const { rows } = await site.sql.query(`select 1 from recording where status != 'processing'`)
    expect(rows).toEqual([])
    const rest = await site.run(...args(), ...fresh)
    expect(rest.summary).toMatchObject({ there: summary.imported, imported: ROWS - summary.imported })
  })

  it('leaves the same rows to two runs at once, and each is stored once', async () => {
    const runs = ['a', 'b'].map((name) =>
      site.start(`${name}.log`, ...args(), '--state', site.path(`${name}.state`)),
    )
    const ended = await Promise.all(runs.map((own) => own.ended))
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    expect(await stored()).toBe(ROWS)
  })
})
