import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { PublicJwk, verifySigned } from '../audit/sign.ts'
import { type Certificate, CertificateSchema, sha256Of } from '../recordings/certify.ts'
import type { Edge } from './edge.ts'

const JwksFile = z.object({ keys: z.array(PublicJwk) })
const CertificateFile = z.object({ certificate: z.unknown(), jws: z.string() })

export interface VerifyOptions {
  readonly key: string
  /** The certificate before this one, to check the chain as well. */
  readonly previous?: string
}

interface Verified {
  readonly certificate: Certificate
  /** The exact text that was signed. */
  readonly signed: string
}

/**
 * Checks a destruction certificate with nothing but the public keys, and prints it. Throws Error that
 * says what is wrong with it.
 */
export async function verifyCertificate(edge: Edge, file: string, options: VerifyOptions): Promise<void> {
  const keys = JwksFile.parse(JSON.parse(edge.readFile(options.key))).keys
  const { certificate } = await chained(edge, file, options.previous, keys)
  edge.stdout.write(`${JSON.stringify(certificate, null, 2)}\n`)
  edge.stderr.write(
    `Certificate ${certificate.no} is genuine: ${whatOf(certificate)} destroyed ${certificate.finishedAt}.\n`,
  )
}

const whatOf = ({ recordClass, recordingId }: Certificate): string =>
  recordClass === 'replaced-version'
    ? `replaced audio of recording ${recordingId} was`
    : `recording ${recordingId} was`

async function chained(
  edge: Edge,
  file: string,
  previous: string | undefined,
  keys: readonly PublicJwk[],
): Promise<Verified> {
  const one = verified(file === '-' ? await text(edge.stdin) : edge.readFile(file), keys)
  if (previous === undefined) return one
  const before = verified(edge.readFile(previous), keys)
  const follows =
    before.certificate.no + 1 === one.certificate.no &&
    one.certificate.previousSha256 === sha256Of(before.signed)
  if (!follows) throw new Error(`certificate ${one.certificate.no} does not follow the previous one`)
  return one
}

/** From the answer of the API, or from a bare JWS. */
function verified(content: string, keys: readonly PublicJwk[]): Verified {
  const file = content.trimStart().startsWith('{') ? CertificateFile.parse(JSON.parse(content)) : undefined
  const signed = verifySigned((file?.jws ?? content).trim(), keys)
  if (signed === undefined) throw new Error('the signature does not fit any of these keys')
  const certificate = CertificateSchema.parse(JSON.parse(signed))
  if (file && !isDeepStrictEqual(file.certificate, certificate))
    throw new Error('the signature is genuine, but the certificate beside it says something else')
  return { certificate, signed }
}
