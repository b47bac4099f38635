import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The bytes of the newest version of an object in the file store's directory. */
export async function findFile(directory: string, objectKey: string): Promise<string> {
  const id = objectKey.split('/')[1] ?? ''
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const file = entries.find(
    (entry) => entry.isFile() && entry.parentPath.includes(id) && entry.name.endsWith('.data'),
  )
  if (!file) throw new Error(`no stored bytes for ${objectKey}`)
  return join(file.parentPath, file.name)
}
