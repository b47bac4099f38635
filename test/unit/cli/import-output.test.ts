import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type ImportCount, progressText } from '../../../src/cli/import-progress.ts'
import { openReport } from '../../../src/cli/import-report.ts'

const count = (changes: Partial<ImportCount>): string =>
  progressText({
    ...{
      rows: 0,
      imported: 0,
      there: 0,
      refused: 0,
      bytes: 0,
      share: 0,
      from: { share: 0, at: 0 },
      now: 10_000,
    },
    ...changes,
  })

it('progress tells counts, rate and the time that is left', () => {
  const text = count({ rows: 60, imported: 50, refused: 10, bytes: 20 * 1024 * 1024, share: 0.01 })
  expect(text).toBe(
    '60 rows: 50 imported, 0 there already, 10 refused; 5.0 imported/s, 2.0 MiB/s, about 17 min left',
  )
})

it('progress counts the time from where rows began to take time', () => {
  const resumed = { rows: 900, there: 840, imported: 60, share: 0.91, from: { share: 0.9, at: 4000 } }
  expect(count(resumed)).toMatch(/10\.0 imported\/s.*about 1 min left/)
})

it('progress says nothing of the time left before the first row and after the last', () => {
  expect(count({})).not.toMatch(/left/)
  expect(count({ rows: 5, imported: 5, share: 1 })).not.toMatch(/left/)
})

it('a report quotes what CSV needs quoted, and no field name is a formula', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lb-report-'))
  const path = join(directory, 'report.csv')
  try {
    const report = await openReport(path)
    const findings = [
      { code: 'invalid_metadata', field: '=cmd()', message: 'must be "a" or "b", or neither' },
      { code: 'invalid_metadata', field: 'callId', message: 'unknown' },
    ]
    const row = { line: 7, endsAt: 0, entry: undefined, errors: [] }
    report.add({ row, result: 'refused', bytes: 0, unlinked: false, findings })
    await report[Symbol.asyncDispose]()
    expect(await readFile(path, 'utf8')).toBe(
      'line,code,field,message\r\n' +
        `7,invalid_metadata,'=cmd(),"must be ""a"" or ""b"", or neither"\r\n` +
        '7,invalid_metadata,callId,unknown\r\n',
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
