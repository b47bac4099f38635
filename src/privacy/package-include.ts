import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Signer } from '../audit/sign.ts'
import type { DocumentSigner } from '../audit/sign-document.ts'
import type { Database } from '../db/database.ts'
import { fileExtension } from '../http/audio-headers.ts'
import type { Clock } from '../kernel/clock.ts'
import { giveBack } from '../kernel/give-back.ts'
import { Problem } from '../kernel/problem.ts'
import type { ReadPlain } from '../recordings/read-plain.ts'
import { findSpans } from '../recordings/span-queries.ts'
import type { PackagedAudio, PackagedCall } from './package-call.ts'
import { type CallRendition, type CallRow, findCall, keepCall } from './package-call-queries.ts'
import { recordOf } from './package-documents.ts'
import { includeRecording, leaveOut, type NewFile } from './package-file-queries.ts'
import { audioName, jsonFile, playbackName, recordName, vconName } from './package-manifest.ts'
import type { PackageRow } from './package-queries.ts'
import { findRecipients } from './package-recipients.ts'
import { type SealBytes, sealedFile } from './package-sealing.ts'
import { vconOf } from './package-vcon.ts'

export interface IncludePorts {
  readonly db: Database
  readonly clock: Clock
  readonly readPlain: Pick<ReadPlain, 'stream'>
  readonly signer: Pick<Signer, 'pseudonym'>
  readonly documents: DocumentSigner
  readonly nextVconId: (at: Date) => string
}

/** `waiting`: something of it is still being made. */
export type IncludeResult = 'included' | 'left_out' | 'waiting' | 'lost'

/** Files of one recording have their places together, behind the documents that every package has. */
const FIRST_POSITION = 100
const FILES_EACH = 4

/**
 * Puts one recording into a package: reads its audio once for its hashes, and seals what is said of it. The audio
 * itself stays where it is. Reading fails with ObjectStoreError; audio that is damaged leaves the recording out.
 */
export function makeInclude(ports: IncludePorts) {
  return async function include(
    packaged: PackageRow,
    wanted: WantedRecording,
    including: Including,
  ): Promise<IncludeResult> {
    const call = await findCall(ports.db, wanted.recordingId, packaged.member_ref)
    const plan = planFor(call, packaged.kind, including.isPatient)
    if (plan === 'waiting') return 'waiting'
    if ('leftOut' in plan) return leave(ports.db, packaged, wanted.n, plan.leftOut)
    try {
      const files = await filesOf(ports, packaged, plan, { ...including, n: wanted.n })
      return await put(ports.db, packaged, wanted, files)
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'damaged_recording')) throw error
      return leave(ports.db, packaged, wanted.n, 'DamagedInStorage')
    }
  }
}

interface WantedRecording {
  readonly n: number
  readonly recordingId: string
}

const put = (
  db: Database,
  packaged: PackageRow,
  { n, recordingId }: WantedRecording,
  files: readonly NewFile[],
): Promise<IncludeResult> =>
  db.transaction().execute(async (tx) => {
    // Destroyed meanwhile: the next look at it says so.
    if (!(await keepCall(tx, recordingId, packaged.member_ref))) return 'waiting'
    return (await includeRecording(tx, packaged, n, files)) ? 'included' : 'lost'
  })

type Plan = { readonly row: CallRow; readonly chosen: Chosen } | { readonly leftOut: string } | 'waiting'

/** What becomes of a recording in a package. Pure. */
function planFor(row: CallRow | undefined, kind: PackageRow['kind'], isPatient: boolean): Plan {
  if (!row) return { leftOut: 'FulfilmentImpossible' }
  if (kind === 'portability' && !isPortable(row)) return { leftOut: 'NotPortable' }
  const chosen = choose(row)
  if (isPatient && isIncomplete(row, chosen)) return 'waiting'
  return chosen ? { row, chosen } : { leftOut: 'CopyImpossible' }
}

/** Only what the member gave, or what a contract with them needs, can be taken elsewhere (Art. 20(1) GDPR). */
const isPortable = ({ tags }: CallRow): boolean =>
  tags.some(({ legalBasis }) => legalBasis === 'consent' || legalBasis === 'contract')

export interface Including {
  readonly seal: SealBytes
  readonly signal: AbortSignal
  /** Whether to wait for what is still being made; else it goes in as it is, or is left out. */
  readonly isPatient: boolean
}

export type Include = ReturnType<typeof makeInclude>

async function leave(db: Database, packaged: PackageRow, n: number, because: string): Promise<IncludeResult> {
  const done = await db.transaction().execute((tx) => leaveOut(tx, packaged, n, because))
  return done ? 'left_out' : 'lost'
}

interface Chosen {
  readonly audio: CallRendition
  readonly playback: CallRendition | null
  /** Without the other form there is nothing that a browser plays. */
  readonly needsPlayback: boolean
}

/** Whether something better is on its way. */
const isIncomplete = ({ isRedacting, isWaited }: CallRow, chosen: Chosen | undefined): boolean =>
  isRedacting || (isWaited && (!chosen || (chosen.needsPlayback && chosen.playback === null)))

/** What the member may have of it; undefined as long as that is not there. */
function choose({ renditions, hasCuts, isRedacting, codec }: CallRow): Chosen | undefined {
  const of = (wanted: string) => renditions.find(({ name }) => name === wanted)
  const audio = of(hasCuts ? 'copy' : 'original')
  if (!audio || isRedacting) return undefined
  // Beside a copy with parts cut out there must be nothing in which they are still heard.
  const needsPlayback = !hasCuts && !isPlayable(audio.mediaType, codec)
  return { audio, playback: (needsPlayback ? of('playback') : undefined) ?? null, needsPlayback }
}

const PLAYABLE = ['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/webm', 'audio/flac']

/** Whether today's browsers play it; of WAV they play PCM and its telephone forms. */
const isPlayable = (mediaType: string, codec: string | null): boolean =>
  mediaType === 'audio/wav' ? codec?.startsWith('pcm_') === true : PLAYABLE.includes(mediaType)

async function filesOf(
  ports: IncludePorts,
  packaged: PackageRow,
  { row, chosen }: { readonly row: CallRow; readonly chosen: Chosen },
  { n, seal, signal }: Including & { readonly n: number },
): Promise<NewFile[]> {
  const { db, clock, documents } = ports
  const audio = await readAudio(ports, row, chosen.audio, signal, audioName)
  const playback =
    chosen.playback && (await readAudio(ports, row, chosen.playback, signal, (id) => playbackName(id)))
  const recipients = await findRecipients(db, row, clock.now())
  const pseudonyms = {
    member: ports.signer.pseudonym(packaged.member_ref),
    agent: row.agentRef === null ? null : ports.signer.pseudonym(row.agentRef),
  }
  const { cuts } = await findSpans(db, row.id)
  const call: PackagedCall = {
    ...row,
    ...{ parties: row.channels, cuts, audio: audio.file, playback: playback?.file ?? null, pseudonyms },
  }
  const now = clock.now()
  const vcon = vconOf(call, { uuid: ports.nextVconId(now), createdAt: now })
  const signed = documents.sign(Buffer.from(JSON.stringify(vcon)), { uuid: vcon.uuid })
  const at = (place: number): number => FIRST_POSITION + n * FILES_EACH + place
  const audioFile = (place: number, { file, crc }: ReadAudio, rendition: CallRendition): NewFile => ({
    ...{ position: at(place), name: file.name, mediaType: file.mediaType, bytes: file.bytes },
    ...{ crc32: crc, sha256: file.sha256, recordingId: row.id, rendition: rendition.name, sealed: null },
  })
  const record = { name: recordName(row.id), mediaType: 'application/json', recordingId: row.id }
  const container = { name: vconName(row.id), mediaType: 'application/vcon+json', recordingId: row.id }
  return [
    audioFile(0, audio, chosen.audio),
    ...(playback && chosen.playback ? [audioFile(1, playback, chosen.playback)] : []),
    await sealedFile(seal, { ...record, position: at(2) }, jsonFile(recordOf(call, recipients))),
    await sealedFile(seal, { ...container, position: at(3) }, jsonFile(signed)),
  ]
}

interface ReadAudio {
  readonly file: PackagedAudio
  readonly crc: number
}

/** Throws Problem('damaged_recording') when it is not what was stored. */
async function readAudio(
  { readPlain }: Pick<IncludePorts, 'readPlain'>,
  { id: recordingId, kekId, wrapped }: CallRow,
  { mediaType, objectKey, bytes, sha256, ageHeader }: CallRendition,
  signal: AbortSignal,
  nameOf: (id: string, extension: string) => string,
): Promise<ReadAudio> {
  const [known, other] = [createHash('sha256'), createHash('sha512')]
  let crc = 0
  const locked = { recordingId, kekId, wrapped, ageHeader: Buffer.from(ageHeader, 'base64') }
  for await (const read of readPlain.stream({ objectKey, bytes, locked }, signal)) {
    const piece = read as Buffer
    known.update(piece)
    other.update(piece)
    crc = crc32(piece, crc)
    giveBack(piece)
  }
  const digest = known.digest()
  if (digest.toString('hex') !== sha256) throw new Problem('damaged_recording')
  const name = nameOf(recordingId, fileExtension(mediaType))
  return { file: { name, mediaType, bytes, sha256: digest, sha512: other.digest() }, crc }
}
