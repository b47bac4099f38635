import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { ageFileFor, decryptAgeFile } from '../storage/age/index.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { NewFile } from './package-file-queries.ts'

/** Encrypts a document for one package. */
export type SealBytes = (plain: Buffer) => Promise<Buffer>

/** Bytes of an X25519 secret. */
const IDENTITY_BYTES = 32

/** The secret of a new package, as it is kept: wrapped by the keyring, and bound to the package. */
export const newPackageKey = (keyring: Keyring, packageId: string) =>
  keyring.wrap(randomBytes(IDENTITY_BYTES), packageId)

export interface PackageKey {
  readonly seal: SealBytes
  readonly open: SealBytes
}

/** Throws Problem('unavailable') when the keyring cannot open it. */
export async function openPackageKey(
  keyring: Keyring,
  packaged: { readonly id: string; readonly kek_id: string | null; readonly wrapped: Buffer | null },
): Promise<PackageKey> {
  const { id, kek_id: kekId, wrapped } = packaged
  if (kekId === null || wrapped === null) throw new TypeError('a package that has ended has no key')
  const identity = await keyring.unwrap({ kekId, wrapped }, id)
  return {
    seal: (plain) => buffer(Readable.from([plain]).pipe(ageFileFor(identity).encrypt)),
    open: (sealed) => buffer(Readable.from([sealed]).compose(decryptAgeFile([identity]))),
  }
}

/** A document on its way into a package. */
export async function sealedFile(
  seal: SealBytes,
  file: Pick<NewFile, 'position' | 'name' | 'mediaType' | 'recordingId'>,
  plain: Buffer,
): Promise<NewFile> {
  return {
    ...file,
    bytes: plain.length,
    crc32: crc32(plain),
    sha256: createHash('sha256').update(plain).digest(),
    rendition: null,
    sealed: await seal(plain),
  }
}
