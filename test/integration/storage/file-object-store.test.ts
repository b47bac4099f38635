import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'

const never = new AbortController().signal
const program = (name: string) => join(import.meta.dirname, name)
const run = promisify(execFile)

async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...page)
  return all
}

describe('the file store on a machine that fails', () => {
  let dir: string
  let store: ObjectStore
  let prefix: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'listenback-store-'))
    store = await openFileObjectStore(dir)
    prefix = `recordings/${randomUUID()}/`
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('shows what a killed process left behind as an upload, never as an object', async () => {
    const key = `${prefix}original.age`
    const child = spawn(process.execPath, [program('put-endlessly.ts'), dir, key])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(await store.head(key)).toBeUndefined()
    expect(await collect(store.listVersions(prefix))).toEqual([])
    const uploads = await collect(store.listUploads(prefix))
    expect(uploads).toHaveLength(1)
    for (const upload of uploads) await store.abortUpload(upload)
    expect(await readdir(join(dir, 'objects'))).toEqual([])
  })

  it('makes bytes, name and directories durable before it says that an object is stored', async () => {
    const trace = join(dir, 'trace')
    const calls = 'trace=fsync,rename,renameat,renameat2'
    const args = ['-f', '-y', '-e', calls, '-o', trace, process.execPath]
    await run('strace', [...args, program('put-once.ts'), dir, `${prefix}original.age`, '100000'])
    const lines = (await readFile(trace, 'utf8')).split('\n')
    const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line))
    const renamed = at(/rename.*\.part.*\.data/)
    const object = `${prefix}original.age`.replaceAll('.', '\\.')
    expect(at(/fsync\(.*\.part>/)).toBeGreaterThanOrEqual(0)
    expect(at(/fsync\(.*\.part>/)).toBeLessThan(renamed)
    expect(at(new RegExp(`fsync\\(.*${object}>`))).toBeGreaterThan(renamed)
    for (const parent of [prefix.slice(0, -1), 'recordings', 'objects']) {
      expect(at(new RegExp(`fsync\\(.*${parent}>`))).toBeGreaterThanOrEqual(0)
    }
  })

  it('says that the disk is full, leaves nothing, and goes on serving what it has', async () => {
    const kept = `${prefix}kept.age`
    await store.put(kept, Readable.from([Buffer.from('kept')]), never)
    // A limit on file size stops writes in the middle, as a full disk does, and needs no privileges.
    const args = [
      '--fsize=500000',
      process.execPath,
      program('put-once.ts'),
      dir,
      `${prefix}lost.age`,
      '1000000',
    ]
    const failed = await run('prlimit', args).catch((error) => error)
    expect(failed.stderr).toContain("kind: 'full'")
    expect((await collect(store.listVersions(prefix))).map(({ key }) => key)).toEqual([kept])
    expect(await collect(store.listUploads(prefix))).toEqual([])
  })

  it.each([
    '../outside',
    'recordings/../../outside',
    '/etc/passwd',
    'a//b',
    'a/',
    '',
    'a\0b',
    'a/%x',
    'a/./b',
  ])('refuses the key %j', async (key) => {
    await expect(store.put(key, Readable.from([]), never)).rejects.toThrow(TypeError)
    await expect(store.head(key)).rejects.toThrow(TypeError)
  })
})
