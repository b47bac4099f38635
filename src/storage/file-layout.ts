import { mkdir, open, opendir, rename, rmdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { codeOf, isGone } from './file-errors.ts'

/**
 * How the file store lays out a directory: an object is a directory named by its key, and in it
 *   `%<versionId>.data`  the bytes of one version (it exists exactly when this file does)
 *   `%<versionId>.json`  its tags and hold, if it ever got any
 *   `%<uploadId>.part`   a put that is under way, or was when the process died
 * Keys cannot contain `%`, so an object may have others below it.
 */

const KEY = /^[\w.-]+(?:\/[\w.-]+)*$/
const ENTRY = /^%([0-9a-f-]+)\.(data|json|part)$/

export interface Entry {
  readonly key: string
  readonly id: string
  readonly kind: 'data' | 'json' | 'part'
  readonly path: string
}

/** The directory of an object; refuses keys that could leave the store. */
export function objectDirectory(root: string, key: string): string {
  if (!KEY.test(key) || key.split('/').some((part) => part === '.' || part === '..')) {
    throw new TypeError('not an object key')
  }
  return join(root, key)
}

/** The directory that a listing starts from; like every driver, it takes whole path segments only. */
export function prefixDirectory(root: string, prefix: string): string {
  if (!prefix.endsWith('/')) throw new TypeError('a prefix ends in a slash')
  return objectDirectory(root, prefix.slice(0, -1))
}

export const entryPath = (directory: string, id: string, kind: Entry['kind']): string =>
  join(directory, `%${id}.${kind}`)

/** Version ids sort by age within a key: a counter, and random digits so that no id comes twice. */
export const versionIdAt = (counter: number, random: string): string =>
  `${String(counter).padStart(10, '0')}-${random}`

export const counterOf = (versionId: string): number => Number.parseInt(versionId, 10)

/** Everything at and below a directory, one object after the other by name; nothing when it is not there. */
export async function* walk(root: string, directory: string): AsyncGenerator<readonly Entry[]> {
  const entries: Entry[] = []
  const below: string[] = []
  try {
    for await (const item of await opendir(directory)) {
      const [, id, kind] = ENTRY.exec(item.name) ?? []
      const path = join(directory, item.name)
      if (item.isDirectory()) below.push(path)
      else if (id && kind)
        entries.push({ key: relative(root, directory), id, kind: kind as Entry['kind'], path })
    }
  } catch (error) {
    if (isGone(error)) return
    throw error
  }
  if (entries.length > 0) yield entries
  for (const path of below.sort(byName)) yield* walk(root, path)
}

/** Makes the names in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Creates a directory and its parents durably. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let parent = dirname(directory); parent.length >= dirname(first).length; parent = dirname(parent)) {
    await syncDirectory(parent)
  }
}

/** Replaces a small file as a whole: a reader or a crash sees the old content or the new. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}

/** Removes a directory and its parents as long as they are empty. */
export async function pruneEmpty(root: string, directory: string): Promise<void> {
  for (let at = directory; at !== root; at = dirname(at)) {
    try {
      await rmdir(at)
    } catch (error) {
      if (codeOf(error) === 'ENOTEMPTY') return
      if (!isGone(error)) throw error
    }
  }
}

const byName = (one: string, other: string): number => Number(one > other) - Number(one < other)
