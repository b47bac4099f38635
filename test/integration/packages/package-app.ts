import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { openDocumentKey } from '../../../src/audit/document-key-file.ts'
import { makeSigner } from '../../../src/audit/sign.ts'
import { makeAuditTrail } from '../../../src/audit/trail.ts'
import { composePackages, type PackageParts, type Packages } from '../../../src/compose/packages.ts'
import { type Instance, registerInstance } from '../../../src/db/instance.ts'
import { makeOutbound } from '../../../src/outbound/send.ts'
import { rememberDocumentKey } from '../../../src/privacy/package-key-queries.ts'
import { verifyPackage } from '../../../src/privacy/package-verify.ts'
import { makePushPackage } from '../../../src/privacy/push-package.ts'
import { makePurge } from '../../../src/recordings/purge.ts'
import { makeReadPlain } from '../../../src/recordings/read-plain.ts'
import { makeUnlock } from '../../../src/recordings/unlock.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { archiveOf, keyOf } from '../../support/package-sample.ts'
import { member, startTrainingApp, type TrainingAppOptions } from '../audio/training-app.ts'
import type { ListeningAppParts } from '../listening/listening-app.ts'
import { addRecording, type RecordingOptions } from '../listening/listening-app.ts'

export const NEVER = new AbortController().signal
export type PackageApp = Awaited<ReturnType<typeof startPackageApp>>

export interface Wanted {
  readonly recordings: readonly string[]
  readonly types?: readonly string[]
  readonly memberRef?: string
  /** Refused with this answer, of each recording. */
  readonly refused?: readonly string[]
}

/** Members, their decided requests, and the real making and fetching of packages. */
export async function startPackageApp(options: TrainingAppOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'lb-packages-'))
  const documents = await openDocumentKey(join(directory, 'document-key'), { create: true, now: new Date() })
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const reads: string[] = []
  const made: { parts?: ListeningAppParts; packages?: Packages; instance?: Instance } = {}
  const logger = createLogger('error')
  logger.silent = true

  /** The making and fetching of packages in another process on the same database and store. */
  const composed = (parts: ListeningAppParts, instance: () => Instance | undefined): Packages => {
    const { db, pool, store, keyring, clock } = parts
    const plain = makeReadPlain({ store, unlock: makeUnlock({ keyring, clock }) })
    const foundation: PackageParts['foundation'] = {
      ...{ db, clock, logger, keyring, signer },
      instance: {
        get id() {
          return instance()?.id ?? 0
        },
        isRegistered: () => instance()?.isRegistered() ?? false,
        close: async () => undefined,
      },
    }
    return composePackages({
      ...{ foundation, documents, contact: 'privacy@example.nl', publicUrl: 'https://calls.example.nl' },
      pushPackage: makePushPackage({
        ...{ db, clock },
        outbound: makeOutbound({ rules: { ports: [443], loopback: true } }),
      }),
      books: { current: () => ({ purposes: new Map() }) as never },
      listening: {
        trail: makeAuditTrail(pool, () => {}),
        readPlain: {
          part: plain.part,
          stream: (audio, signal, span) => {
            reads.push(audio.locked.recordingId)
            return plain.stream(audio, signal, span)
          },
        },
      },
    })
  }

  const app = await startTrainingApp({
    ...options,
    also(parts) {
      made.parts = parts
      made.packages = composed(parts, () => made.instance)
      return made.packages.endpoints
    },
  })
  const { parts, packages } = made
  if (!parts || !packages) throw new Error('the app was not composed')
  const instance = await registerInstance(app.databaseUrl)
  made.instance = instance
  await rememberDocumentKey(app.db, documents.publicJwk, app.clock.now())
  const { db, clock, store } = parts
  const path = (id: string): string => `/v1/privacy-requests/${id}/package`

  return {
    ...app,
    ...{ documents, reads, packages, instance },
    build: () => packages.build(NEVER, NEVER),
    expire: () => packages.expire(NEVER),
    push: () => packages.push(NEVER, NEVER),
    another: (other: Instance) => composed(parts, () => other),
    purge: makePurge({
      ...{ db, store, clock, instance, logger, signer, lifecycleMarginDays: 14 },
      origin: {
        store: { kind: store.kind, region: null, bucket: null },
        executor: 'listenback/0.0.0-test',
        backupDays: 35,
      },
    }),
    add: async (wish: RecordingOptions = {}) => addRecording(app, wish),
    /** A request on which everything was decided. */
    async decided({
      recordings,
      types = ['access'],
      memberRef = 'M-1001',
      refused = [],
    }: Wanted): Promise<string> {
      const id = randomUUID()
      const now = clock.now()
      await app.db
        .insertInto('privacy_request')
        .values({
          ...{ id, member_ref: memberRef, entities: ['hmbs'], types: [...types], state: 'decided' },
          ...{ channel: 'portal', received_at: now, registered_at: now, filed_by: `sub-${memberRef}` },
          ...{ filed_as: 'member', identity: 'confirmed', identity_how: 'login' },
          ...{ target_date: '2026-12-22', due_date: '2026-12-22', extended_due_date: '2027-02-22' },
          deadline: '2026-12-22',
        })
        .execute()
      const items = types.flatMap((type) =>
        recordings.map((recordingId, i) => ({
          ...{ request_id: id, type, n: i + 1, recording_id: recordingId, entity: 'hmbs' },
          ...{ decided_by: 'privacy-1', decided_at: now },
          ...(refused.includes(recordingId)
            ? {
                ...{ state: 'refused' as const, reason_code: 'CrimeInvestigationImpaired' },
                ...{ answer: 'Dit gesprek houden wij nog achter.', refused_until: '2027-01-31' },
              }
            : { state: 'granted' as const, answer: 'U krijgt dit gesprek.' }),
        })),
      )
      await app.db.insertInto('privacy_request_item').values(items).execute()
      return id
    },
    status: async (id: string, claims = member) => app.call(claims, 'GET', path(id)),
    again: async (id: string, claims = member) => app.call(claims, 'POST', path(id)),
    fetch: async (id: string, claims = member) => app.call(claims, 'GET', `${path(id)}/file`),
    filePath: (id: string): string => `${path(id)}/file`,
    /** Whether what was granted counts as carried out. */
    async isDelivered(id: string): Promise<boolean> {
      const { delivered_at } = await app.db
        .selectFrom('privacy_request')
        .select('delivered_at')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return delivered_at !== null
    },
    verify: (archive: Buffer) => verifyPackage(archiveOf(archive), [keyOf(documents)]),
    async close() {
      await instance.close()
      await app.close()
    },
  }
}

/** What is in an archive, by name. */
export async function unzipped(archive: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(archive)
  const files = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  return files
}

// biome-ignore lint/suspicious/noExplicitAny: tests read documents by path
export const json = (files: Map<string, Buffer>, name: string): any => JSON.parse(String(files.get(name)))
