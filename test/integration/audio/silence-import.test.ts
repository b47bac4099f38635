import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ImportSite, jsonl, openImportSite, row, sha256 } from '../import/site.ts'
import { CARD, cardCall, expectSilenced } from './card-call.ts'

const silence = [{ ...CARD, reason: 'payment' }]

let site: ImportSite
/** Without a program that decodes while the file comes in. */
let bare: ImportSite
beforeAll(async () => {
  site = await openImportSite()
  bare = await openImportSite({ PATH: '/nonexistent' })
})
afterAll(async () => {
  await site.close()
  await bare.close()
})

async function manifestOn(here: ImportSite): Promise<string> {
  const rows = []
  for (const format of ['wav mulaw', 'mp3'] as const) {
    const { bytes } = await cardCall(format)
    const file = `${format.replace(' ', '-')}.bin`
    await here.call(file, bytes)
    rows.push(row({ file, callId: format, silence, sha256: sha256(bytes) }))
  }
  return here.file('cards.jsonl', jsonl(rows))
}

const importing = (here: ImportSite, manifest: string, ...more: string[]) =>
  here.run('import', here.calls, '--manifest', manifest, '--entity', 'hmbs', ...more)

it('an import silences what its manifest names, and knows the same files again', async () => {
  const manifest = await manifestOn(site)
  expect((await importing(site, manifest)).summary).toMatchObject({ imported: 2, refused: 0 })
  const { rows } = await site.sql.query<{ id: string; call_id: string }>('select id, call_id from recording')
  for (const { id, call_id } of rows) {
    const output = site.path(`${call_id.replace(' ', '-')}.plain`)
    const reason = 'to hear that the card is not there'
    await site.run('decrypt', '--recording', id, '--reason', reason, '--output', output)
    await expectSilenced(await readFile(output))
  }
  const other = ['--state', site.path('other.state')]
  expect((await importing(site, manifest, ...other)).summary).toMatchObject({ imported: 0, there: 2 })
})

it('an import refuses what cannot be silenced here, and a dry run foretells it', async () => {
  const manifest = await manifestOn(bare)
  for (const more of [['--dry-run'], []]) {
    const done = await importing(bare, manifest, ...more)
    expect(done.summary).toMatchObject({ imported: 1, refused: 1 })
  }
  expect(Object.keys(await bare.stored())).toEqual(['wav mulaw'])
})
