import { readFile, unlink } from 'node:fs/promises'
import { ignoreGone } from './file-errors.ts'
import { replaceFile } from './file-layout.ts'
import type { ObjectTags } from './object-store.ts'

/** What the file store keeps of a version beside its bytes; without a file there are neither. */
export interface VersionNotes {
  readonly tags: Partial<ObjectTags>
  readonly held: boolean
}

const pathOf = (dataPath: string): string => dataPath.replace(/data$/, 'json')

export async function readNotes(dataPath: string): Promise<VersionNotes> {
  const text = await readFile(pathOf(dataPath), 'utf8').catch(ignoreGone)
  return text === undefined ? { tags: {}, held: false } : JSON.parse(text)
}

export function writeNotes(dataPath: string, notes: VersionNotes): Promise<void> {
  return replaceFile(pathOf(dataPath), JSON.stringify(notes))
}

export async function removeNotes(dataPath: string): Promise<void> {
  await unlink(`${pathOf(dataPath)}.tmp`).catch(ignoreGone)
  await unlink(pathOf(dataPath)).catch(ignoreGone)
}
