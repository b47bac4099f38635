import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { testAudio } from '../../support/audio.ts'
import { type ImportSite, jsonl, openImportSite, row } from './site.ts'

const run = promisify(execFile)

let site: ImportSite
let wav: Buffer

/** A site with everything that a manifest might wrongly lead to. */
beforeAll(async () => {
  wav = (await testAudio('wav-mulaw')).bytes
  site = await openImportSite({ MAX_UPLOAD_BYTES: '100000' })
  await site.call('call.wav', wav)
  await site.file('secret.wav', wav)
  await site.call('notes.wav', 'These are notes, not a call. '.repeat(20))
  await site.call('empty.wav', '')
  await site.call('large.wav', Buffer.concat([wav, Buffer.alloc(100_000)]))
  await site.call('folder.wav/inside.wav', wav)
  await symlink(site.path('secret.wav'), join(site.calls, 'link.wav'))
  await symlink(site.directory, join(site.calls, 'linked'))
  await run('mkfifo', [join(site.calls, 'pipe.wav')])
})

afterAll(() => site.close())

afterEach(async () => {
  await site.sql.query('truncate recording cascade')
})

const importing = (manifest: string, ...more: string[]) =>
  site.run('import', site.calls, '--manifest', manifest, '--entity', 'hmbs', ...more)

describe('a row is refused', () => {
  const late = row({ startedAt: '2020-02-03T10:00:00+01:00' })
  const { memberRef: _memberRef, ...memberless } = row({})
  it.each([
    ['a call of which nothing may be kept any more', late, ['nothing_to_keep']],
    ['an unknown field', row({ phone: '0612345678' }), ['invalid_metadata phone']],
    ['a missing field', memberless, ['invalid_metadata memberRef']],
    [
      'everything that is wrong, at once',
      row({ startedAt: '2026-06-01', direction: 'up', file: 'no.wav', bytes: -1 }),
      [
        'invalid_metadata bytes',
        'invalid_metadata startedAt',
        'invalid_metadata direction',
        'file_refused file',
      ],
    ],
    [
      'a purpose the notice did not name',
      row({ noticeVersion: '2024-01', purposes: ['service_quality'] }),
      ['purpose_not_announced purposes[0]'],
    ],
    ['an entity the import was not given', row({ entity: 'hmbs-advies' }), ['forbidden entity']],
    ['an unknown product', row({ product: 'boat' }), ['invalid_metadata product']],
    ['a file that is not there', row({ file: 'nothing.wav' }), ['file_refused file']],
    ['another size', row({ bytes: 17 }), ['size_mismatch bytes']],
    ['another hash', row({ sha256: 'ab'.repeat(32) }), ['hash_mismatch']],
    ['a file that is no audio', row({ file: 'notes.wav' }), ['unsupported_audio']],
    ['an empty file', row({ file: 'empty.wav' }), ['empty_audio file']],
    ['a file too large', row({ file: 'large.wav' }), ['too_large file']],
    ['a path up', row({ file: '../import/secret.wav' }), ['invalid_metadata file']],
    ['a path up in between', row({ file: 'a/../../secret.wav' }), ['invalid_metadata file']],
    ['an absolute path', row({ file: '/etc/passwd' }), ['invalid_metadata file']],
    ['a Windows path', row({ file: 'C:\\calls\\1.wav' }), ['invalid_metadata file']],
    ['a symbolic link out', row({ file: 'link.wav' }), ['file_refused file']],
    ['a directory linked out', row({ file: 'linked/secret.wav' }), ['file_refused file']],
    ['a directory', row({ file: 'folder.wav' }), ['file_refused file']],
    ['a pipe', row({ file: 'pipe.wav' }), ['file_refused file']],
  ])('for %s', async (_name, refused, expected) => {
    const manifest = await site.file('refused.jsonl', jsonl([refused]))
    const args = ['import', site.calls, '-m', manifest, '-e', 'hmbs', '--report', site.path('report.csv')]
    for (const more of [['--dry-run'], []]) {
      const { code, summary, errors } = await site.run(...args, ...more)
      const audited = await site.sql.query('select 1 from audit_event where request_id = $1 and type = $2', [
        summary.run,
        'recording.ingest_refused',
      ])
      expect(audited.rows).toHaveLength(more.length === 0 ? 1 : 0)
      expect(summary).toMatchObject({ rows: 1, refused: 1, imported: 0 })
      expect(code).toBe(2)
      const found = (await site.read('report.csv')).trim().split('\r\n').slice(1)
      expect(found.map((line) => line.split(',').slice(1, 3).join(' ').trim())).toEqual(expected)
      expect(found.every((line) => line.startsWith('1,'))).toBe(true)
      expect(`${await site.read('report.csv')}${errors}`).not.toMatch(/M-1|A-1|0612345678|secret|\.wav/)
    }
    expect(await site.stored()).toEqual({})
  })

  it('when an earlier row named the same call, and only the first is stored', async () => {
    const rows = [row({}), row({ agentRef: 'A-2' }), row({}), row({ callId: 'call-2' })]
    const manifest = await site.file('twice.jsonl', jsonl(rows))
    for (const more of [['--dry-run'], [], []]) {
      const report = site.path('twice.csv')
      const { summary, code } = await importing(manifest, '--report', report, ...more)
      expect(summary).toMatchObject({ rows: 4, refused: 2 })
      expect(code).toBe(2)
      expect(new Set((await site.read('twice.csv')).match(/^\d+,call_exists,callId/gm))).toEqual(
        new Set(['2,call_exists,callId', '3,call_exists,callId']),
      )
    }
    expect(new Set(Object.keys(await site.stored()))).toEqual(new Set(['call-1', 'call-2']))
  })

  it('when another call of this name is stored already', async () => {
    await importing(await site.file('first.jsonl', jsonl([row({})])))
    const other = await site.file('other.jsonl', jsonl([row({ agentRef: 'A-2' })]))
    for (const more of [['--dry-run'], []]) {
      const { errors, code } = await importing(other, ...more)
      expect(code).toBe(2)
      expect(errors).toContain('line 1: call_exists')
    }
  })
})
