import type { KeyObject } from 'node:crypto'
import { GeneralJws, verifyDocument } from '../audit/sign-document.ts'
import { fieldErrors } from '../kernel/field-errors.ts'
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest, ManifestSchema, vconName } from './package-manifest.ts'
import { VconSchema } from './vcon.ts'

/** Writes down what is wrong with a file, or with the archive as a whole. */
export type Report = (file: string | null, problem: string) => void

/** What a vCon says of the audio of a recording. */
export interface VconClaim {
  /** Its file. */
  readonly vcon: string
  readonly recordingId: string
  readonly filename: string
  readonly hashes: readonly string[]
}

interface ListFiles {
  readonly manifest?: Buffer | undefined
  readonly signature?: Buffer | undefined
}

/** The list of files, if it is one and one of the keys signed exactly these bytes. */
export function checkManifest(
  { manifest, signature }: ListFiles,
  keys: readonly KeyObject[],
  report: Report,
): Manifest | undefined {
  if (!manifest) report(MANIFEST, 'is not there')
  if (!signature) report(MANIFEST_SIGNATURE, 'is not there')
  if (!manifest || !signature) return undefined
  const signed = verifiedPayload(signature, keys)
  if (!signed) report(MANIFEST_SIGNATURE, 'holds no signature by any of these keys')
  else if (!signed.equals(manifest)) report(MANIFEST, 'is not the list that was signed')
  const parsed = ManifestSchema.safeParse(parseJson(manifest))
  if (!parsed.success) report(MANIFEST, 'is no list of a package')
  return signed?.equals(manifest) && parsed.success ? parsed.data : undefined
}

/** Checks a signed vCon of a recording and gives what it says of that recording's audio. */
export function checkVcon(
  recordingId: string,
  bytes: Buffer,
  keys: readonly KeyObject[],
  report: Report,
): VconClaim[] {
  const name = vconName(recordingId)
  const signed = verifiedPayload(bytes, keys)
  if (!signed) {
    report(name, 'holds no signature by any of these keys')
    return []
  }
  const parsed = VconSchema.safeParse(parseJson(signed))
  if (!parsed.success) {
    const [first] = fieldErrors(parsed.error)
    report(name, `is no vCon of draft core-03: ${first?.field} ${first?.message}`)
    return []
  }
  const recorded = (parsed.data.dialog ?? []).filter(({ type }) => type === 'recording')
  if (recorded.length !== 1) report(name, `has ${recorded.length} recordings, not one`)
  return recorded.map(({ filename = '', content_hash: hash = [] }) => ({
    vcon: name,
    recordingId,
    filename,
    hashes: [hash].flat(),
  }))
}

function verifiedPayload(bytes: Buffer, keys: readonly KeyObject[]): Buffer | undefined {
  const jws = GeneralJws.safeParse(parseJson(bytes))
  return jws.success ? verifyDocument(jws.data, keys) : undefined
}

/** Undefined for what is no JSON in UTF-8. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
