import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { testAudio } from '../../support/audio.ts'
import { type ImportRun, type ImportSite, jsonl, openImportSite, recently, row, sha256 } from './site.ts'

let site: ImportSite
let wav: Buffer

beforeAll(async () => {
  site = await openImportSite()
  wav = (await testAudio('wav-mulaw')).bytes
  await site.call('call.wav', wav)
})

afterAll(() => site.close())

afterEach(async () => {
  await site.sql.query('truncate recording cascade')
})

const importing = (manifest: string, ...more: string[]) =>
  site.run('import', site.calls, '--manifest', manifest, '--entity', 'hmbs', ...more)

const eventsOf = async ({ summary }: ImportRun): Promise<string[]> => {
  const events = await site.sql.query<{ type: string }>(
    'select type from audit_event where request_id = $1',
    [summary.run],
  )
  return events.rows.map(({ type }) => type).sort()
}

describe('an import', () => {
  it('takes in every row of a CSV manifest with its audio, links and member, and audits each under one run', async () => {
    const [mp3, opus] = [await testAudio('mp3'), await testAudio('ogg-opus')]
    await site.call('2026/06/a.mp3', mp3.bytes)
    await site.call('2026/06/a call, "quoted".ogg', opus.bytes)
    const header = `file,callId,startedAt,endedAt,memberRef,agentRef,entity,product,direction,language,noticeVersion,purposes,sensitivity,channels,silence,links.policy,links.claim,sha256,bytes,contentType`
    const start = recently()
    const end = new Date(Date.parse(start) + 120_000).toISOString()
    const same = `A-1,hmbs,home,inbound,nl,2026-01`
    const manifest = await site.file(
      'all.csv',
      [
        // As a spreadsheet writes it: byte order mark, CRLF, quotes where they are needed.
        `\ufeff${header}`,
        `call.wav,c-1,${start},${end},M-1,${same},training_coaching;contract_performance,health,agent;caller,10-20.5:payment;30-40:hold,P-1,C-1,${sha256(wav)},${wav.length},audio/wav`,
        `2026/06/a.mp3,c-2,${start},,,${same},training_coaching,none,,,,,,,`,
        `"2026/06/a call, ""quoted"".ogg",c-3,${start},,"M-3",${same},training_coaching,,,,,,,,`,
        '',
      ].join('\r\n'),
    )
    const done = await importing(manifest)
    expect(done.summary).toMatchObject({
      rows: 3,
      imported: 3,
      there: 0,
      refused: 0,
      unlinked: 1,
      complete: true,
    })
    expect(done.code).toBe(0)
    const stored = await site.stored()
    expect(stored).toMatchObject({
      'c-1': {
        status: 'processing',
        memberRef: 'M-1',
        links: { policy: 'P-1', claim: 'C-1' },
        sha256: sha256(wav),
      },
      'c-2': {
        status: 'unlinked',
        memberRef: null,
        links: {},
        mediaType: 'audio/mpeg',
        sha256: sha256(mp3.bytes),
      },
      'c-3': { status: 'processing', mediaType: 'audio/ogg', sha256: sha256(opus.bytes) },
    })
    const each = (type: string) => Array.from({ length: 3 }, () => `recording.${type}`)
    expect(await eventsOf(done)).toEqual([
      'recording.import_finished',
      'recording.import_started',
      ...each('ingest_started'),
      ...each('ingested'),
    ])
    expect((await site.run('fsck')).summary).toMatchObject({ recordings: 3, clean: true })
  })

  it('run again adds nothing, with its notes, without them, and with those of another database', async () => {
    const manifest = await site.file('again.jsonl', jsonl([row({}), row({ callId: 'call-2' })]))
    const state = site.path('again.state')
    expect((await importing(manifest, '--state', state)).summary).toMatchObject({ imported: 2 })
    expect((await importing(manifest, '--state', state)).summary).toMatchObject({ imported: 0, there: 2 })
    const other = site.path('none.state')
    expect((await importing(manifest, '--state', other)).summary).toMatchObject({ imported: 0, there: 2 })
    await site.sql.query('truncate recording cascade')
    expect((await importing(manifest, '--state', state)).summary).toMatchObject({ imported: 2, there: 0 })
    expect(Object.keys(await site.stored())).toHaveLength(2)
  })

  it('does not bring back what was destroyed since', async () => {
    const manifest = await site.file('gone.jsonl', jsonl([row({})]))
    await importing(manifest)
    await site.sql.query(
      `update recording set status = 'destroyed', destroyed_at = now(), call_id = null, member_ref = null, fingerprint = null`,
    )
    expect((await importing(manifest)).summary).toMatchObject({ imported: 0, there: 1 })
  })

  it('in a dry run says the same and stores nothing', async () => {
    const manifest = await site.file(
      'dry.jsonl',
      jsonl([
        row({ sha256: sha256(wav) }),
        row({ callId: 'call-2', sha256: '0'.repeat(64) }),
        row({ callId: 'call-3', file: 'no.wav' }),
      ]),
    )
    const dry = await importing(manifest, '--dry-run', '--report', site.path('dry.csv'))
    expect(dry).toMatchObject({ code: 2, summary: { dryRun: true, rows: 3, imported: 1, refused: 2 } })
    expect(await site.stored()).toEqual({})
    expect(await eventsOf(dry)).toEqual([])
    await expect(site.read('dry.jsonl.state.jsonl')).rejects.toThrow(/ENOENT/)
    const report = await site.read('dry.csv')
    await importing(manifest, '--report', site.path('wet.csv'))
    const lines = (text: string) => text.split('\r\n').sort()
    expect(lines(await site.read('wet.csv'))).toEqual(lines(report))
    expect((await importing(manifest, '--dry-run')).summary).toMatchObject({
      imported: 0,
      there: 1,
      refused: 2,
    })
  })
})

describe('the manifest', () => {
  it('ends the import when its first line is no header, without quoting it', async () => {
    const manifest = await site.file('bare.csv', `call.wav,c-1,Jansen,0612345678\n`)
    const refused = importing(manifest)
    await expect(refused).rejects.toThrow(/column 3 has no known name.*there is no column startedAt/)
    await expect(refused).rejects.not.toThrow(/Jansen|0612345678/)
  })

  it('is read with semicolons too, and a broken line costs its neighbours nothing', async () => {
    const columns = Object.keys(row({}))
    const cells = (one: Record<string, unknown>) =>
      columns
        .map((name) => (name === 'purposes' ? '"training_coaching;service_quality"' : String(one[name])))
        .join(';')
    const lines = [
      columns.join(';'),
      cells(row({ callId: 'good-1' })),
      `"call.wav;c`,
      'call.wav;too;short',
      `${'x'.repeat(80_000)}`,
      cells(row({ callId: 'good-2' })),
    ]
    const latin = Buffer.concat([
      Buffer.from(`${lines.join('\n')}\n`),
      Buffer.from(cells(row({ callId: 'caf\u00e9' })), 'latin1'),
    ])
    const manifest = await site.file('semicolons.csv', latin)
    const { summary } = await importing(manifest, '--report', site.path('broken.csv'))
    expect(summary).toMatchObject({ rows: 6, imported: 2, refused: 4 })
    expect(new Set(Object.keys(await site.stored()))).toEqual(new Set(['good-1', 'good-2']))
    const report = (await site.read('broken.csv')).trim().split('\r\n').slice(1).sort()
    expect(report.map((line) => line.split(',')[0])).toEqual(['3', '4', '5', '7'])
  })

  it('must be CSV or JSONL, and its entities must be named', async () => {
    await expect(importing(await site.file('calls.txt', ''))).rejects.toThrow(/\.csv or \.jsonl/)
    const none = await importing(await site.file('empty.jsonl', ''))
    expect(none).toMatchObject({ code: 0, summary: { rows: 0, complete: true } })
  })
})

describe('the dates of old calls', () => {
  it('count events that were reported before: what they ended already is refused, and nothing of it stays', async () => {
    const lastYear = new Date().getUTCFullYear() - 1
    await site.sql.query(
      `insert into business_event (id, sender, type, ref, entities, occurred_at, received_at)
       select ref, 'crm', 'policy.ended', ref, array['hmbs'], day::timestamptz, now()
         from (values ('P-over', '2001-05-01T12:00:00Z'), ('P-kept', $1)) as known (ref, day)`,
      [`${lastYear}-05-01T12:00:00Z`],
    )
    const old = { startedAt: '2000-03-01T10:00:00Z', product: 'home', purposes: ['contract_performance'] }
    const rows = ['P-over', 'P-kept', 'P-none'].map((policy) =>
      row({ ...old, callId: policy, links: { policy } }),
    )
    const manifest = await site.file('events.jsonl', jsonl(rows))
    const { summary, errors } = await importing(manifest)
    expect(summary).toMatchObject({ rows: 3, imported: 2, refused: 1 })
    expect(errors).toContain('line 1: nothing_to_keep')
    const stored = await site.stored()
    expect(Object.keys(stored)).toHaveLength(2)
    expect(stored).toMatchObject({
      'P-kept': { keepUntil: `${lastYear + 7}-05-01` },
      'P-none': { keepUntil: null },
    })
  })

  it('are those of the rules, however long ago the call was', async () => {
    const shipped = new URL('../../../src/retention/hmbs.yaml', import.meta.url)
    const rules = (await readFile(shipped, 'utf8')).replace(/(id: fraud\n[^-]*?period: )P12M/, '$1P90Y')
    const file = await site.file('rules.yaml', rules)
    const old = await openImportSite({ RETENTION_RULES_FILE: file })
    try {
      await old.call('call.wav', wav)
      const purposes = ['fraud_prevention', 'training_coaching']
      const days: Record<string, string> = {
        // 29 February, and half past eleven at night in London, which is the first of March in Amsterdam.
        '2016-02-29T12:00:00+01:00': '2106-02-28',
        '2016-02-29T23:30:00Z': '2106-03-01',
        '1999-12-31T23:59:59+01:00': '2089-12-31',
      }
      const starts = Object.keys(days)
      const manifest = await old.file(
        'old.jsonl',
        jsonl(starts.map((startedAt, i) => row({ callId: `old-${i}`, startedAt, purposes }))),
      )
      const { summary } = await old.run('import', old.calls, '-m', manifest, '-e', 'hmbs')
      expect(summary).toMatchObject({ imported: 3 })
      const stored = await old.stored()
      expect(starts.map((_, i) => stored[`old-${i}`]?.keepUntil)).toEqual(Object.values(days))
      const { rows } = await old.sql.query('select distinct purpose, state from purpose_tag order by purpose')
      expect(rows).toEqual([
        { purpose: 'fraud_prevention', state: 'active' },
        { purpose: 'training_coaching', state: 'expired' },
      ])
    } finally {
      await old.close()
    }
  })
})
