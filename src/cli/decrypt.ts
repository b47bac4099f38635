import { createReadStream, createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Config } from '../config/config.ts'
import { Problem } from '../kernel/problem.ts'
import { makeOpenSealed } from '../recordings/open-sealed.ts'
import { decodeIdentity, decryptAgeFile, encodeIdentity } from '../storage/age/index.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

/** Opens any age file made for an X25519 identity: what this service writes, and what the `age` program writes. */
export async function decryptFile(
  edge: Edge,
  input: string | undefined,
  options: { identity?: string; output?: string },
): Promise<void> {
  if (!options.identity) throw new Error('give --identity <file>, or --recording <id>')
  const identities = edge
    .readFile(options.identity)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(decodeIdentity)
  const source = input ? createReadStream(input) : edge.stdin
  await pipeline(source, decryptAgeFile(identities), sink(edge, options.output))
}

/** Opens a stored recording outside the usual access path, which is why it needs a reason and leaves an audit row. */
export async function decryptRecording(
  config: Config,
  edge: Edge,
  options: { recording: string; reason?: string; printIdentity: boolean; output?: string },
): Promise<void> {
  const reason = options.reason?.trim() ?? ''
  if (reason.length < 10)
    throw new Error('give --reason with at least ten characters; it goes into the audit log')
  await withFoundation(config, edge, async (foundation, signal) => {
    const openSealed = makeOpenSealed(foundation)
    const sealed = await openSealed(options.recording, reason).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found')
        throw new Error('there is no such recording')
      throw error
    })
    if (options.printIdentity) {
      await pipeline(Readable.from([`${encodeIdentity(sealed.identity)}\n`]), sink(edge, options.output))
      return
    }
    await pipeline(await sealed.read(signal), decryptAgeFile([sealed.identity]), sink(edge, options.output))
  })
}

/** Standard output stays open for whoever comes after us in the process. */
function sink(edge: Edge, output: string | undefined): Writable {
  return output ? createWriteStream(output, { flags: 'wx', mode: 0o600 }) : edge.stdout
}
