import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIB } from '../../../src/kernel/units.ts'
import { testAudio } from '../../support/audio.ts'
import { peakResidentBytes } from '../../support/leaks.ts'
import type { OwnProcess } from '../../support/processes.ts'
import { type ImportSite, openImportSite, row } from './site.ts'

let site: ImportSite

/** Little more than the program itself takes, so that what is kept shows and what could be collected does not. */
const HEAP_MEGABYTES = 80

beforeAll(async () => {
  site = await openImportSite({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}` })
  await site.call('call.wav', (await testAudio('wav-mulaw')).bytes)
})

afterAll(() => site.close())

async function manifestOf(rows: number): Promise<string> {
  const path = site.path(`${rows}.jsonl`)
  const file = createWriteStream(path)
  for (let i = 0; i < rows; i++) {
    if (!file.write(`${JSON.stringify(row({ callId: `call-${i}` }))}\n`)) {
      await once(file, 'drain')
    }
  }
  await new Promise<void>((resolve) => file.end(resolve))
  return path
}

/** Highest memory of a dry run, in bytes, as seen until its end. */
async function peakOf(manifest: string, log: string): Promise<number> {
  const own = site.start(log, 'import', site.calls, '-m', manifest, '-e', 'hmbs', '--dry-run')
  let peak = 0
  while (!own.hasEnded()) {
    peak = Math.max(peak, peakNow(own) ?? 0)
    await sleep(20)
  }
  expect(await own.ended).toMatchObject({ code: 0 })
  return peak
}

function peakNow(own: OwnProcess): number | undefined {
  try {
    return peakResidentBytes(own.pid)
  } catch {
    // It ended since.
    return undefined
  }
}

describe('the memory of an import', () => {
  it('does not grow with the manifest', { timeout: 300_000 }, async () => {
    const few = await peakOf(await manifestOf(4000), 'few.log')
    const many = await peakOf(await manifestOf(20_000), 'many.log')
    expect((await site.read('many.log')).trim().split('\n').at(-1)).toMatch(/20000/)
    expect(many - few).toBeLessThan(40 * MIB)
    expect(many).toBeLessThan(300 * MIB)
  })
})
