import { type FileHandle, open } from 'node:fs/promises'
import { readDocumentKeys } from '../audit/sign-document.ts'
import { MIB } from '../kernel/units.ts'
import type { Archive } from '../privacy/package-archive.ts'
import { type Finding, verifyPackage } from '../privacy/package-verify.ts'
import type { Edge } from './edge.ts'

export interface VerifyPackageOptions {
  readonly key: string
}

/**
 * Checks a package with nothing but the public key: says what is in it, or everything that is wrong with it and
 * sets exit code 1. Throws Error when the key or the file cannot be read.
 */
export async function verifyPackageCommand(
  edge: Edge,
  path: string,
  { key }: VerifyPackageOptions,
): Promise<void> {
  const keys = readKeys(edge, key)
  await using handle = await open(path)
  const { findings, manifest } = await verifyPackage(await archiveOf(handle), keys)
  if (manifest && findings.length === 0) {
    const included = manifest.recordings.filter(({ status }) => status === 'included').length
    edge.stdout.write(
      `Package ${manifest.packageId} is genuine and complete: ${included} of ${manifest.recordings.length} recordings, ${manifest.files.length} files, made ${manifest.generatedAt}.\n`,
    )
    return
  }
  for (const finding of findings) edge.stdout.write(`${lineOf(finding)}\n`)
  edge.stderr.write(`${path}: ${findings.length} thing${findings.length === 1 ? '' : 's'} wrong\n`)
  edge.setExitCode(1)
}

function readKeys(edge: Edge, path: string) {
  try {
    return readDocumentKeys(edge.readFile(path))
  } catch (cause) {
    throw new Error(
      `${path} is no key to check with: it takes a PEM file or the answer of /v1/package-keys`,
      {
        cause,
      },
    )
  }
}

const lineOf = ({ file, problem }: Finding): string =>
  file === null ? `the archive: ${problem}` : `${printable(file)}: ${problem}`

/** A name out of a file of unknown origin may hold what a terminal obeys. */
const printable = (name: string): string => (/^[\x20-\x7e]+$/.test(name) ? name : JSON.stringify(name))

const PIECE_BYTES = MIB

async function archiveOf(handle: FileHandle): Promise<Archive> {
  const { size } = await handle.stat()
  return {
    bytes: size,
    async *read({ offset, length }) {
      for (let at = offset; at < offset + length; ) {
        const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, offset + length - at))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
        at += bytesRead
      }
    },
  }
}
