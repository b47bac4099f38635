import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../../../src/cli/program.ts'
import { callWith, newSigner, sampleFiles, zipped } from '../../support/package-sample.ts'

const ID = '3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f'
const SOUND = Buffer.from('sound')

let directory: string
let key: string
let zip: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verify-package-'))
  ;[key, zip] = [join(directory, 'keys.json'), join(directory, 'package.zip')]
  const signer = await newSigner()
  await writeFile(key, JSON.stringify({ keys: [signer.publicJwk] }))
  await writeFile(zip, await zipped(sampleFiles(signer, [[callWith(ID, SOUND), SOUND]])))
})
afterAll(() => rm(directory, { recursive: true }))

async function listenback(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  let code = 0
  const program = buildProgram({
    env: {},
    readFile: (path) => readFileSync(path, 'utf8'),
    stdin: new PassThrough(),
    stdout,
    stderr,
    onSignal: () => undefined,
    setExitCode: (wanted) => {
      code = wanted
    },
    exitNow: () => undefined,
  })
  await program.parseAsync(['node', 'listenback', ...args])
  stdout.end()
  stderr.end()
  return { code, out: await text(stdout), err: await text(stderr) }
}

test('says what is in a genuine package, without settings and without a service', async () => {
  const { code, out } = await listenback('verify-package', zip, '--key', key)
  expect(code).toBe(0)
  expect(out).toContain('is genuine and complete: 1 of 2 recordings, 8 files')
})

test('names what is wrong and ends with 1', async () => {
  const bytes = await readFile(zip)
  bytes.writeUInt8(bytes.readUInt8(bytes.indexOf('sound')) ^ 1, bytes.indexOf('sound'))
  const changed = join(directory, 'changed.zip')
  await writeFile(changed, bytes)

  const { code, out, err } = await listenback('verify-package', changed, '--key', key)
  expect(code).toBe(1)
  expect(out.split('\n')).toContain(`recordings/${ID}/audio.wav: does not fit its checksum`)
  expect(err).toContain('3 things wrong')
})

test('says so when the key is none', async () => {
  await expect(listenback('verify-package', zip, '--key', zip)).rejects.toThrow('is no key to check with')
})
