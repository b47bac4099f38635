import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MIB } from '../../../src/kernel/units.ts'
import { peakResidentBytes } from '../../support/leaks.ts'
import { type ImportSite, jsonl, openImportSite, row } from '../import/site.ts'
import { wav } from '../ingest/form.ts'

let site: ImportSite

beforeAll(async () => {
  site = await openImportSite()
  await site.call('call.wav', wav(1))
})
afterAll(() => site.close())

/** Takes these calls in; gives their ids in order. */
async function importCalls(...calls: readonly Readonly<Record<string, unknown>>[]): Promise<string[]> {
  const manifest = await site.file('calls.jsonl', jsonl(calls.map((call) => row(call))))
  await site.run('import', site.calls, '--manifest', manifest, '--entity', 'hmbs')
  const ids = calls.map(async ({ callId }) => {
    const { rows } = await site.sql.query<{ id: string }>('select id from recording where call_id = $1', [
      callId,
    ])
    return rows[0]?.id ?? ''
  })
  return Promise.all(ids)
}

async function pathOf(id: string): Promise<string> {
  const directory = join(site.directory, 'data')
  const files = await readdir(directory, { recursive: true })
  return join(directory, files.find((path) => path.includes(id) && path.endsWith('.data')) ?? '')
}

/** The highest memory of `listenback fsck --scrub` as a process of its own, and what it printed last. */
async function scrubProcess(log: string): Promise<{ peak: number; last: Record<string, unknown> }> {
  const own = site.start(log, 'fsck', '--scrub')
  let peak = 0
  while (!own.hasEnded()) {
    try {
      peak = Math.max(peak, peakResidentBytes(own.pid))
    } catch {
      // It ended since.
    }
    await sleep(20)
  }
  expect(await own.ended).toMatchObject({ code: 0 })
  return { peak, last: JSON.parse((await site.read(log)).trim().split('\n').at(-1) ?? '') }
}

test('fsck reads every byte only when it is told to, says how far it is, and ends with 1 on damage', async () => {
  const [good, bad] = await importCalls({ callId: 'good' }, { callId: 'bad' })
  const whole = await site.run('fsck', '--scrub')
  expect([whole.code, whole.summary]).toMatchObject([0, { renditions: { right: 2, lost: 0 }, clean: true }])
  expect(whole.errors).toMatch(/^2 of 2 files, 100 %, [\d.]+ MiB\/s$/m)

  const path = await pathOf(bad ?? '')
  const bytes = await readFile(path)
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000)
  await writeFile(path, bytes)
  const own = site.start('damaged.log', 'fsck', '--scrub')
  expect(await own.ended).toMatchObject({ code: 1 })
  const lines = (await site.read('damaged.log')).split('\n')
  expect(lines).toContain(
    JSON.stringify({ kind: 'lost', damage: 'changed', recordingId: bad, rendition: 'original' }),
  )
  expect(lines.join('\n')).not.toContain(good)
  expect(lines.join('\n')).not.toContain('M-1')
  await site.sql.query('truncate recording cascade')
})

test('the memory of a scrub does not grow with what it reads', { timeout: 300_000 }, async () => {
  const peakWith = async (mib: number) => {
    await truncate(join(site.calls, 'call.wav'), mib * MIB)
    await importCalls({ callId: `of-${mib}` })
    const { peak, last } = await scrubProcess(`${mib}.log`)
    expect(last).toMatchObject({ renditions: { right: 1 }, clean: true })
    expect(last.bytes).toBeGreaterThan(mib * MIB)
    await site.sql.query('truncate recording cascade')
    return peak
  }
  const small = await peakWith(100)
  // 250 MiB more to read. What is let go of on the way is collected now and then, so a part of it shows.
  expect((await peakWith(350)) - small).toBeLessThan(80 * MIB)
})
