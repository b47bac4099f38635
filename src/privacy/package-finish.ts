import { createHash } from 'node:crypto'
import { appendAudit } from '../audit/append.ts'
import type { DocumentSigner } from '../audit/sign-document.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY } from '../kernel/units.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { accessLinesOf } from './package-accesses.ts'
import type { Recipient } from './package-call.ts'
import { type CallRow, findCall, otherCalls } from './package-call-queries.ts'
import {
  type AccessLine,
  accessLogOf,
  article15Of,
  type PackageFacts,
  recipientsOf,
  type WithheldItem,
  withheldOf,
} from './package-documents.ts'
import {
  type FileRow,
  filesOf,
  finishPackage,
  insertFiles,
  type NewFile,
  settledRecordings,
} from './package-file-queries.ts'
import { COMMON_FILES, type CommonFile, jsonFile, MANIFEST, MANIFEST_SIGNATURE } from './package-manifest.ts'
import { type PageCall, pageOf } from './package-page.ts'
import { lockForPackage, type PackageItem, type PackageRow, packageItems } from './package-queries.ts'
import { findRecipients } from './package-recipients.ts'
import { sealPackage } from './package-seal.ts'
import { type SealBytes, sealedFile } from './package-sealing.ts'
import { layOutOf } from './package-stored.ts'

export interface FinishPorts {
  readonly db: Database
  readonly clock: Clock
  readonly documents: DocumentSigner
  /** Mail address at which members ask for their rights. */
  readonly contact: string
  /** A purpose in the words that members read. */
  readonly purposeWords: (purpose: string, now: Date) => string
}

/** So long a package can be fetched. */
const AVAILABLE_DAYS = 7
const LAST_POSITION = 2_000_000_000

/** Why a recording was left out while the package was made. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  FulfilmentImpossible: 'Een opname bestaat niet meer.',
  NotPortable:
    'Een opname wordt niet bewaard op grond van toestemming of een overeenkomst; u kunt er wel inzage in vragen (artikel 15 AVG).',
  DamagedInStorage: 'Een opname is bij ons beschadigd en kan niet meer gelezen worden.',
  CopyImpossible: 'Van een opname kon geen kopie gemaakt worden zonder gegevens van iemand anders.',
}

/**
 * Writes the documents about all of a package, lists and signs its files, and lets it be fetched: in one
 * transaction with the message to the member. False when it was taken over or changed meanwhile.
 */
export function makeFinish(ports: FinishPorts) {
  return async function finish(packaged: PackageRow, seal: SealBytes): Promise<boolean> {
    const { db, clock } = ports
    const settled = await settledRecordings(db, packaged.id)
    const included = settled.filter(({ state }) => state === 'included').map(({ recordingId }) => recordingId)
    const leftOut = settled.filter(({ state }) => state === 'left_out')
    const withheld = [
      ...leftOut.map(({ recordingId, because }) => leftOutItem(recordingId, because ?? '')),
      ...(await refusedOf(db, packaged, new Set(settled.map(({ recordingId }) => recordingId)))),
    ]
    const listed = await filesOf(db, packaged.id)
    const { calls, lines, recipients, entities } = await describe(ports, packaged, included, listed)
    const generatedAt = clock.now()
    const facts: PackageFacts = {
      ...{ id: packaged.id, kind: packaged.kind, generatedAt, contact: ports.contact },
      ...{ entities, recipients, withheld, purposes: purposesOf(calls, ports, generatedAt) },
    }
    const common = await commonFiles(facts, calls, lines, seal)
    const all = [...common, ...listed]
    const { manifest, signature } = sealPackage(facts, included, all, ports.documents)
    const last = await Promise.all([
      sealedFile(seal, listFile(MANIFEST, LAST_POSITION), manifest),
      sealedFile(seal, listFile(MANIFEST_SIGNATURE, LAST_POSITION + 1), signature),
    ])
    const { bytes } = layOutOf([...all, ...last], generatedAt)
    const sha256 = createHash('sha256').update(manifest).digest()
    const expiresAt = new Date(generatedAt.getTime() + AVAILABLE_DAYS * DAY)
    return db.transaction().execute(async (tx) => {
      // The request before its package: everybody locks them in this order.
      const request = await lockForPackage(tx, packaged.request_id)
      const finished = { bytes, sha256, generatedAt, expiresAt }
      if (!(await finishPackage(tx, packaged, finished, settled.length))) return false
      await insertFiles(tx, packaged.id, [...common, ...last])
      await appendAudit(tx, {
        ...({ type: 'package.ready', action: 'C', outcome: 'ok', actor: null, at: generatedAt } as const),
        ...(request && { entities: request.entities }),
        detail: {
          ...{ package: packaged.id, privacyRequest: packaged.request_id, bytes },
          ...{ included: included.length, withheld: withheld.length },
        },
      })
      await queueNotice(tx, {
        to: { memberRef: packaged.member_ref },
        kind: 'package_ready',
        about: { type: 'privacy_request', id: packaged.request_id },
        facts: { until: dayOf(expiresAt) },
        at: generatedAt,
        key: `package-ready-${packaged.id}`,
      })
      return true
    })
  }
}

export type Finish = ReturnType<typeof makeFinish>

const listFile = (name: string, position: number) => ({
  ...{ name, position, recordingId: null },
  mediaType: name.endsWith('.html') ? 'text/html' : 'application/json',
})

const leftOutItem = (recordingId: string, code: string): WithheldItem => ({
  ...{ recordingId, code, text: LEFT_OUT[code] ?? LEFT_OUT.FulfilmentImpossible ?? '', until: null },
})

/** What an officer refused, and for a portable package what it is not about. */
async function refusedOf(
  db: Database,
  { request_id: requestId, member_ref: memberRef, kind }: PackageRow,
  settled: ReadonlySet<string>,
): Promise<WithheldItem[]> {
  const items = (await packageItems(db, requestId)).filter(
    ({ state, recordingId }) => state === 'refused' && !settled.has(recordingId),
  )
  const refused = [...new Map(items.map((item) => [item.recordingId, refusedItem(item)])).values()]
  if (kind !== 'portability') return refused
  const known = new Set([...settled, ...refused.map(({ recordingId }) => recordingId)])
  const others = (await otherCalls(db, requestId, memberRef)).filter((id) => !known.has(id))
  return [...refused, ...others.map((id) => leftOutItem(id, 'NotPortable'))]
}

const refusedItem = ({ recordingId, reasonCode, answer, refusedUntil }: PackageItem): WithheldItem => ({
  ...{ recordingId, code: reasonCode ?? '', text: answer ?? '', until: refusedUntil },
})

interface Described {
  readonly calls: readonly PageCall[]
  readonly lines: readonly AccessLine[]
  readonly recipients: readonly Recipient[]
  readonly entities: readonly string[]
}

/** Everything that the documents say of the calls, read one call after the other. */
async function describe(
  { db, clock }: FinishPorts,
  { member_ref: memberRef }: PackageRow,
  included: readonly string[],
  files: readonly FileRow[],
): Promise<Described> {
  const calls: PageCall[] = []
  const lines: AccessLine[] = []
  const recipients = new Map<string, Recipient>()
  const byRecording = Map.groupBy(files, ({ recordingId }) => recordingId)
  for (const id of included) {
    const row = await findCall(db, id, memberRef)
    const audio = (byRecording.get(id) ?? []).filter(({ rendition }) => rendition !== null)
    if (!row || !audio[0]) continue
    calls.push(pageCall(row, audio))
    lines.push(...(await accessLinesOf(db, id, row.durationSeconds, dayOf(clock.now()))))
    for (const one of await findRecipients(db, row, clock.now())) recipients.set(JSON.stringify(one), one)
  }
  const entities = [...new Set(calls.map(({ entity }) => entity))].toSorted((a, b) => a.localeCompare(b))
  return { calls, lines, recipients: [...recipients.values()], entities }
}

function pageCall(row: CallRow, [audio, playback]: readonly FileRow[]): PageCall {
  return {
    ...row,
    audio: { name: audio?.name ?? '', mediaType: audio?.mediaType ?? '' },
    playback: playback ? { name: playback.name, mediaType: playback.mediaType } : null,
    isSilenced: row.silence.length > 0,
  }
}

const purposesOf = (calls: readonly PageCall[], { purposeWords }: FinishPorts, now: Date) =>
  Object.fromEntries(
    [...new Set(calls.flatMap(({ tags }) => tags.map(({ purpose }) => purpose)))]
      .toSorted((a, b) => a.localeCompare(b))
      .map((purpose) => [purpose, purposeWords(purpose, now)]),
  )

function commonFiles(
  facts: PackageFacts,
  calls: readonly PageCall[],
  lines: readonly AccessLine[],
  seal: SealBytes,
): Promise<NewFile[]> {
  const contents: Readonly<Record<CommonFile, Buffer>> = {
    'index.html': Buffer.from(pageOf(facts, calls)),
    'article15.json': jsonFile(article15Of(facts)),
    'recipients.json': jsonFile(recipientsOf(facts.recipients)),
    'access-log.json': jsonFile(accessLogOf(lines)),
    'withheld.json': jsonFile(withheldOf(facts.withheld)),
  }
  return Promise.all(COMMON_FILES.map((name, i) => sealedFile(seal, listFile(name, i), contents[name])))
}
