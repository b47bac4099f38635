import type { KeyObject } from 'node:crypto'
import { type Archive, ArchiveError, type OpenArchive, openArchive } from './package-archive.ts'
import { type Manifest, roleOf } from './package-manifest.ts'
import { compareAudio, compareWithList } from './package-verify-list.ts'
import { type FoundFile, readFile } from './package-verify-read.ts'
import { checkManifest, checkVcon, type Report, type VconClaim } from './package-verify-signed.ts'

/** Something that is not as it left the service; `file` is null for the archive as a whole. */
export interface Finding {
  readonly file: string | null
  readonly problem: string
}

export interface Verdict {
  /** Empty: every byte is as it was signed. */
  readonly findings: readonly Finding[]
  /** Null when there is none that can be believed. */
  readonly manifest: Manifest | null
}

/**
 * Checks a package with public keys alone, reading it once with the memory of its largest list: structure,
 * checksum, hash and place of every file in the signed list, and each vCon with its signature and the hash of its
 * audio. Names everything that is wrong; throws only what reading itself throws.
 */
export async function verifyPackage(archive: Archive, keys: readonly KeyObject[]): Promise<Verdict> {
  const findings: Finding[] = []
  const report: Report = (file, problem) => void findings.push({ file, problem })
  const opened = await openOrReport(archive, report)
  if (!opened) return { findings, manifest: null }
  const { found, claims, lists } = await readAll({ archive, opened, keys, report })
  const list = checkManifest(lists, keys, report)
  if (list) compareWithList(list, found, opened.stamp, report)
  compareAudio(claims, found, report)
  return { findings, manifest: list ?? null }
}

async function openOrReport(archive: Archive, report: Report): Promise<OpenArchive | undefined> {
  try {
    return await openArchive(archive)
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    report(null, error.message)
    return undefined
  }
}

interface Reading {
  readonly archive: Archive
  readonly opened: OpenArchive
  readonly keys: readonly KeyObject[]
  readonly report: Report
}

async function readAll({ archive, opened, keys, report }: Reading) {
  const found = new Map<string, FoundFile>()
  const claims: VconClaim[] = []
  const lists: Partial<Record<'manifest' | 'signature', Buffer>> = {}
  for (const { offset, file, role } of knownFiles(opened, report)) {
    const { text, ...facts } = await readFile(archive, offset, { file, role }, report)
    found.set(file.name, facts)
    if (text && role.kind === 'vcon') claims.push(...checkVcon(role.recordingId, text, keys, report))
    if (text && (role.kind === 'manifest' || role.kind === 'signature')) lists[role.kind] = text
  }
  return { found, claims, lists }
}

/** The files that a package can have, where their contents are. */
function* knownFiles({ layout, files }: OpenArchive, report: Report) {
  for (const piece of layout.pieces()) {
    const file = piece.kind === 'content' ? files[piece.file] : undefined
    if (!file) continue
    const role = roleOf(file.name)
    if (role) yield { offset: piece.offset, file, role }
    else report(file.name, 'is no file that a package has')
  }
}
