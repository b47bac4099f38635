import type { DocumentSigner } from '../audit/sign-document.ts'
import type { PackageFacts } from './package-documents.ts'
import { jsonFile, MANIFEST_SCHEMA, type Manifest } from './package-manifest.ts'

/** A file as the list names it. */
export interface ListedFile {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly sha256: Buffer
}

/**
 * The list of everything in a package and its signature, the last two files of it. `included` are the recordings
 * that are in it; the withheld ones come from the facts. Pure but for the key.
 */
export function sealPackage(
  facts: Pick<PackageFacts, 'id' | 'kind' | 'generatedAt' | 'withheld'>,
  included: readonly string[],
  files: readonly ListedFile[],
  signer: DocumentSigner,
): { readonly manifest: Buffer; readonly signature: Buffer } {
  const list: Manifest = {
    schema: MANIFEST_SCHEMA,
    packageId: facts.id,
    kind: facts.kind,
    generatedAt: facts.generatedAt.toISOString(),
    recordings: [
      ...included.map((id) => ({ id, status: 'included' as const })),
      ...facts.withheld.map(({ recordingId: id }) => ({ id, status: 'withheld' as const })),
    ],
    files: files.map(({ name, mediaType, bytes, sha256 }) => ({
      ...{ name, mediaType, bytes },
      sha256: sha256.toString('hex'),
    })),
  }
  const manifest = jsonFile(list)
  return { manifest, signature: jsonFile(signer.sign(manifest)) }
}
