import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { type NoteKey, openCheckpoint, readVerifierKey, verifierKey } from '../audit/checkpoint.ts'
import { PublicJwk } from '../audit/sign.ts'
import { verifyExport } from '../audit/verify-export.ts'
import { MIB } from '../kernel/units.ts'
import type { Edge } from './edge.ts'

const JwksFile = z.object({ keys: z.array(PublicJwk) })

export interface VerifyAuditOptions {
  readonly checkpoint: readonly string[]
  readonly key: string
}

/**
 * Checks an export of the audit log with checkpoints and a public key, and nothing else. Throws Error that says
 * what is wrong, and at which line.
 */
export async function verifyAudit(edge: Edge, file: string, options: VerifyAuditOptions): Promise<void> {
  const notes = options.checkpoint.map((path) => edge.readFile(path))
  const keys = readKeys(edge.readFile(options.key), notes[0]?.split('\n')[0] ?? '')
  const opened = notes.map((note) => openWith(note, keys))
  const [first] = opened
  if (!first) throw new Error('give at least one checkpoint')
  const source = file === '-' ? edge.stdin : createReadStream(file, { highWaterMark: MIB })
  const checkpoints = opened.map(({ checkpoint }) => checkpoint)
  const { events, withoutPayload, dropped, ...verified } = await verifyExport(
    source as AsyncIterable<Buffer>,
    checkpoints,
    first.key,
  )
  edge.stdout.write(
    [
      `${events} events are what was sealed, and agree with ${verified.checkpoints} checkpoint(s) of ${first.key.origin}.`,
      ...(withoutPayload > 0 ? [`Of ${withoutPayload} who acted was erased, or is not for you.`] : []),
      ...(dropped > 0 ? [`${dropped} older ones were dropped in time; their digest is signed.`] : []),
    ]
      .map((line) => `${line}\n`)
      .join(''),
  )
}

/** From the answer of /v1/signing-keys, or one verifier key of signed notes a line. */
function readKeys(content: string, origin: string): NoteKey[] {
  if (!content.trimStart().startsWith('{')) return content.trim().split('\n').map(readVerifierKey)
  const { keys } = JwksFile.parse(JSON.parse(content))
  return keys.map((jwk) => readVerifierKey(verifierKey(origin, jwk)))
}

function openWith(note: string, keys: readonly NoteKey[]) {
  let failure: unknown = new Error('there is no key to verify with')
  for (const key of keys) {
    try {
      return { key, checkpoint: openCheckpoint(note, key) }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
