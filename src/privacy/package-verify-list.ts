import { quoted } from './package-archive.ts'
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest } from './package-manifest.ts'
import type { FoundFile } from './package-verify-read.ts'
import type { Report, VconClaim } from './package-verify-signed.ts'
import { type DosTime, dosTime } from './package-zip.ts'
import { contentHashOf } from './vcon.ts'

type Found = ReadonlyMap<string, FoundFile>

/** Everything that is listed is there, as it is listed, and nothing else is. */
export function compareWithList(list: Manifest, found: Found, stamp: DosTime, report: Report): void {
  const listed = new Map(list.files.map((file) => [file.name, file]))
  if (listed.size !== list.files.length) report(MANIFEST, 'lists a file twice')
  for (const file of listed.values()) compareFile(file, found.get(file.name), report)
  for (const name of found.keys())
    if (name !== MANIFEST && name !== MANIFEST_SIGNATURE && !listed.has(name))
      report(name, 'is there and not listed')
  const made = dosTime(new Date(list.generatedAt))
  if (made.date !== stamp.date || made.time !== stamp.time)
    report(null, 'its files are of another time than its list')
  compareRecordings(list, found, report)
}

function compareFile(
  { name, bytes, sha256 }: Manifest['files'][number],
  found: FoundFile | undefined,
  report: Report,
): void {
  if (!found) report(name, 'is listed and not there')
  else if (found.bytes !== bytes) report(name, `has ${found.bytes} bytes, not ${bytes} as listed`)
  else if (found.sha256 !== sha256) report(name, 'has another SHA-256 than listed')
}

/** Each recording that is included has its audio, its record and its vCon; one that is withheld has nothing. */
function compareRecordings(list: Manifest, found: Found, report: Report): void {
  const roles = [...found.values()].flatMap(({ role }) => ('recordingId' in role ? [role] : []))
  const rolesOf = Map.groupBy(roles, ({ recordingId }) => recordingId)
  const included = new Set(list.recordings.filter(({ status }) => status === 'included').map(({ id }) => id))
  for (const id of included)
    for (const kind of ['audio', 'record', 'vcon'] as const)
      if (rolesOf.get(id)?.filter((role) => role.kind === kind).length !== 1)
        report(MANIFEST, `includes recording ${id}, which has not one ${kind}`)
  for (const id of rolesOf.keys())
    if (!included.has(id)) report(MANIFEST, `does not include recording ${id}, of which there are files`)
}

/** Each vCon is about the audio beside it, and that is the audio it was signed with. */
export function compareAudio(claims: readonly VconClaim[], found: Found, report: Report): void {
  for (const { vcon, recordingId, filename, hashes } of claims) {
    const audio = found.get(filename)
    const isItsOwn = audio?.role.kind === 'audio' && audio.role.recordingId === recordingId
    if (!(audio && isItsOwn)) report(vcon, `is about ${quoted(filename)}, which is not its audio here`)
    else if (!hashes.some((hash) => audio.sha512 && hash === contentHashOf(audio.sha512)))
      report(filename, `is not the audio that ${vcon} was signed with`)
  }
}
