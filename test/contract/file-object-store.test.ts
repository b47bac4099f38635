import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileObjectStore } from '../../src/storage/file-object-store.ts'
import { describeObjectStore, type RawStore } from './object-store.ts'

const NEWEST = /^%(.+)\.data$/

function rawDirectory(root: string): RawStore {
  const at = (key: string) => join(root, 'objects', key)
  const find = async (prefix: string, suffix: string) => {
    const names = await readdir(at(prefix), { recursive: true }).catch(() => [])
    const found = names.filter((name) => name.endsWith(suffix)).toSorted()
    return found.map((name) => ({
      path: join(at(prefix), name),
      id: name.replace(/^.*%/, '').slice(0, -suffix.length),
    }))
  }
  const keyOf = (path: string) => path.slice(at('x').length - 1, path.lastIndexOf('/'))
  const newest = async (key: string) =>
    (await readdir(at(key)))
      .filter((name) => NEWEST.test(name))
      .toSorted()
      .at(-1)
  const make = async (prefix: string, count: number, file: string) => {
    for (let i = 0; i < count; i++) {
      await mkdir(at(`${prefix}${i}.age`), { recursive: true })
      await writeFile(at(`${prefix}${i}.age/${file}`), 'x')
    }
  }
  return {
    versions: async (prefix) =>
      Promise.all(
        (await find(prefix, '.data')).map(async ({ path, id }) => {
          return { key: keyOf(path), versionId: id, bytes: (await stat(path)).size }
        }),
      ),
    uploads: async (prefix) =>
      (await find(prefix, '.part')).map(({ path, id }) => ({ key: keyOf(path), uploadId: id })),
    read: async (key) => readFile(at(`${key}/${await newest(key)}`)),
    tags: async (key) =>
      JSON.parse(await readFile(at(`${key}/${await newest(key)}`).replace(/data$/, 'json'), 'utf8')).tags,
    fill: (prefix, objects) => make(prefix, objects, '%0000000001-abcdef012345.data'),
    strand: (prefix, uploads) => make(prefix, uploads, '%00112233aabbccdd.part'),
  }
}

describeObjectStore('the file object store', async () => {
  const root = await mkdtemp(join(tmpdir(), 'listenback-store-'))
  const broken = await openFileObjectStore(join(root, 'broken'))
  await rm(join(root, 'broken'), { recursive: true })
  return {
    store: await openFileObjectStore(root),
    raw: rawDirectory(root),
    broken,
    close: () => rm(root, { recursive: true }),
  }
})
