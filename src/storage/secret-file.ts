import { randomBytes } from 'node:crypto'
import { link, mkdir, open, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, ignoreGone } from './file-errors.ts'
import { syncDirectory } from './file-layout.ts'

/**
 * Makes a file that only its owner can read, durably, unless it is there; of several processes that try,
 * one wins and the rest use its file. `content` is asked for only when it is needed.
 */
export async function makeSecretFile(
  path: string,
  content: () => string | Buffer | Promise<string>,
): Promise<void> {
  if (await stat(path).catch(ignoreGone)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(await content())
    await handle.sync()
    // Unlike a rename, a link never replaces the file of somebody who was faster.
    await link(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await handle.close()
    await unlink(draft)
  }
}
