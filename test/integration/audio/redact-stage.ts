import { generateKeyPairSync } from 'node:crypto'
import { makeSigner } from '../../../src/audit/sign.ts'
import { makeAuditTrail } from '../../../src/audit/trail.ts'
import { composeRemains } from '../../../src/compose/certificates.ts'
import { composeHolds } from '../../../src/compose/holds.ts'
import { composeSilence } from '../../../src/compose/silence.ts'
import { registerInstance } from '../../../src/db/instance.ts'
import type { AudioEngine } from '../../../src/media/engine.ts'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'
import { openEngine } from '../../../src/media/open-engine.ts'
import { queueWork } from '../../../src/recordings/audio-work-queries.ts'
import { makeDeriveChannels } from '../../../src/recordings/derive-channels.ts'
import { makeDeriveMasked } from '../../../src/recordings/derive-masked.ts'
import { makeDerivePlayback } from '../../../src/recordings/derive-playback.ts'
import { makeFind } from '../../../src/recordings/find.ts'
import { makePurge } from '../../../src/recordings/purge.ts'
import { makeReadPlain } from '../../../src/recordings/read-plain.ts'
import { makeRedact } from '../../../src/recordings/redact.ts'
import { makeReplayDestructions } from '../../../src/recordings/replay-destructions.ts'
import { makeStoreRenditions } from '../../../src/recordings/store-rendition.ts'
import { makeTidyObjects } from '../../../src/recordings/tidy-objects.ts'
import { makeUnlock } from '../../../src/recordings/unlock.ts'
import { makeWorkOnAudio } from '../../../src/recordings/work-on-audio.ts'
import type { ObjectStore, ObjectVersion } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import type { ListeningAppParts } from '../listening/listening-app.ts'
import { addRecording, type RecordingOptions, startListeningApp } from '../listening/listening-app.ts'
import { storeWith } from '../retention/stage.ts'
import { caller } from './api-caller.ts'

const NEVER = new AbortController().signal
export const officer = persons.privacyOfficer()
export const member = persons.member('M-1001')

export type RedactStage = Awaited<ReturnType<typeof setRedactStage>>

export interface RedactOptions {
  readonly store?: (files: ObjectStore) => ObjectStore | Promise<ObjectStore>
  /** `none`: only what needs no decoding can be silenced. */
  readonly engine?: 'none'
}

/** What listeners, privacy officers and holders of holds see, and the work on audio behind it. */
export async function setRedactStage(options: RedactOptions = {}) {
  const engine = options.engine === 'none' ? undefined : await openEngine(await resolveFfmpeg())
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const faults: Faults = { before: {}, calls: [], death: undefined }
  const given: { parts?: ListeningAppParts } = {}
  const app = await startListeningApp({
    store: async (files) => faulty((await options.store?.(files)) ?? files, faults),
    also(parts) {
      given.parts = parts
      const { db, pool, clock, store, logger } = parts
      const trail = makeAuditTrail(pool, () => {})
      return [
        ...composeSilence({ db, clock, find: makeFind({ db, trail, clock }) }),
        ...composeHolds({ db, store, clock, logger }).endpoints,
        ...composeRemains({ db, clock, signer }),
      ]
    },
  })
  const { parts } = given
  if (!parts) throw new Error('the app was not composed')
  const instance = await registerInstance(app.databaseUrl)
  const { db, clock, store } = parts
  const logger = createLogger('error')
  logger.silent = true
  const origin = {
    store: { kind: store.kind, region: null, bucket: null },
    executor: 'listenback/0.0.0-test',
    backupDays: 35,
  }
  const tasks = tasksOf(parts, engine, { signer, origin })
  const work = makeWorkOnAudio({ db, clock, logger, instance, tasks })
  const holds = composeHolds({ db, store, clock, logger })
  const purge = makePurge({ db, store, clock, instance, logger, signer, origin, lifecycleMarginDays: 14 })
  const call = caller(app)
  const keepInStep = (): Promise<void> => holds.keepInStep(NEVER)

  return {
    ...{ app, tasks, faults, signer, call, keepInStep },
    ...{ db: app.db, store: app.store, clock },
    purge,
    replay: makeReplayDestructions({ db, store, clock, logger, signer, purge }),
    work: () => work(NEVER, NEVER),
    redact: (id: string) => tasks.redact(id, NEVER),
    silence: (id: string, ranges: unknown, claims: Claims = officer) =>
      call(claims, 'POST', `/v1/recordings/${id}/silence`, { ranges }),
    async receive(audio: Buffer, wish: RecordingOptions = {}): Promise<string> {
      const { id } = await addRecording(app, { ...wish, audio })
      if (engine) await queueWork(app.db, id, 'playback', clock.now())
      return id
    },
    async versions(id: string): Promise<ObjectVersion[]> {
      const found: ObjectVersion[] = []
      for await (const page of app.store.listVersions(`recordings/${id}/`)) found.push(...page)
      return found
    },
    async close() {
      await instance.close()
      await app.close()
    },
  }
}

function tasksOf(
  parts: ListeningAppParts,
  engine: AudioEngine | undefined,
  certifying: Pick<Parameters<typeof makeRedact>[0], 'signer' | 'origin'>,
) {
  const { db, store, keyring, clock } = parts
  const readPlain = makeReadPlain({ store, unlock: makeUnlock({ keyring, clock }) })
  const always = {
    redact: makeRedact({ db, store, keyring, clock, readPlain, engine, ...certifying }),
    tidy: makeTidyObjects({ db, store }),
  }
  if (!engine) return always
  const storeRenditions = makeStoreRenditions({ db, store, keyring, clock })
  const ports = { db, clock, readPlain, storeRenditions, engine }
  return {
    ...always,
    playback: makeDerivePlayback(ports),
    channels: makeDeriveChannels(ports),
    masked: makeDeriveMasked(ports),
  }
}

/** What a test does to the store. */
export interface Faults {
  /** Done before an operation. */
  before: { [Name in keyof ObjectStore]?: () => void | Promise<void> }
  /** Changes of the store so far, by their names. */
  calls: string[]
  /** The process dies before or after its n-th change of the store: nothing it does from then on happens. */
  death: { readonly at: number; readonly when: 'before' | 'after' } | undefined
}

const WATCHED = ['put', 'setTags', 'setHold', 'removeVersions', 'abortUpload'] as const

/** A real store whose changes can be watched, and stopped by a test. */
function faulty(inner: ObjectStore, faults: Faults): ObjectStore {
  const watched = WATCHED.map((name) => [
    name,
    async (...args: unknown[]) => {
      const { death, calls } = faults
      const at = calls.push(name) - 1
      const isDead = death !== undefined && (at > death.at || (at === death.at && death.when === 'before'))
      if (isDead) throw new Error('the process is dead')
      await faults.before[name]?.()
      const result = await (inner[name] as (...all: unknown[]) => unknown)(...args)
      if (death?.at === at) throw new Error('the process is dead')
      return result
    },
  ])
  return storeWith(inner, Object.fromEntries(watched))
}
