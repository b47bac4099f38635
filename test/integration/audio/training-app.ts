import { readFile } from 'node:fs/promises'
import { composeHolds } from '../../../src/compose/holds.ts'
import type { ListeningParts } from '../../../src/compose/listening.ts'
import { composeSpans } from '../../../src/compose/spans.ts'
import { registerInstance } from '../../../src/db/instance.ts'
import type { Endpoint } from '../../../src/http/endpoint.ts'
import type { AudioEngine } from '../../../src/media/engine.ts'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'
import { openEngine } from '../../../src/media/open-engine.ts'
import { queueWork } from '../../../src/recordings/audio-work-queries.ts'
import { makeDeriveChannels } from '../../../src/recordings/derive-channels.ts'
import { makeDeriveCopy } from '../../../src/recordings/derive-copy.ts'
import { makeDeriveMasked } from '../../../src/recordings/derive-masked.ts'
import { makeDerivePlayback } from '../../../src/recordings/derive-playback.ts'
import { makeExpireMasked } from '../../../src/recordings/expire-masked.ts'
import { makeReadPlain } from '../../../src/recordings/read-plain.ts'
import { makeStoreRenditions } from '../../../src/recordings/store-rendition.ts'
import { makeTidyObjects } from '../../../src/recordings/tidy-objects.ts'
import { makeUnlock } from '../../../src/recordings/unlock.ts'
import { makeWorkOnAudio } from '../../../src/recordings/work-on-audio.ts'
import { makeAddPurpose } from '../../../src/retention/add-purpose.ts'
import { makeObjectToPurpose, makeResumePurpose } from '../../../src/retention/object-purpose.ts'
import { purposeEndpoints } from '../../../src/retention/purpose-routes.ts'
import { makeRemovePurpose } from '../../../src/retention/remove-purpose.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  type ListeningAppOptions,
  type RecordingOptions,
  startListeningApp,
} from '../listening/listening-app.ts'
import { caller } from './api-caller.ts'

const RULES = new URL('../../../src/retention/hmbs.yaml', import.meta.url)
const NEVER = new AbortController().signal

export const member = persons.member('M-1001')
export const officer = persons.privacyOfficer()
export const manager = persons.recordsManager()

export type TrainingApp = Awaited<ReturnType<typeof startTrainingApp>>

export interface TrainingAppOptions extends ListeningAppOptions {
  /** For voices that are moved by known factors; not to be foreseen otherwise. */
  readonly random?: () => number
}

/** Listening, holds, purposes, lists of parts, and the real work on audio behind them. */
export async function startTrainingApp(options: TrainingAppOptions = {}) {
  const ffmpeg = await resolveFfmpeg()
  const engine = await openEngine(ffmpeg)
  if (!engine) throw new Error('the tests need ffmpeg')
  const rules = openRules(await readFile(RULES, 'utf8'))
  let parts: ListeningParts | undefined
  const app = await startListeningApp({
    ...options,
    also(given) {
      parts = given
      return [...endpointsOf(given, rules), ...(options.also?.(given) ?? [])]
    },
  })
  if (!parts) throw new Error('the app was not composed')
  const { db, clock, store, keyring } = parts
  const instance = await registerInstance(app.databaseUrl)
  const logger = createLogger('error')
  logger.silent = true
  const readPlain = makeReadPlain({ store, unlock: makeUnlock({ keyring, clock }) })
  const storeRenditions = makeStoreRenditions({ db, store, keyring, clock })
  /** Runs when something has been made and is not stored yet. */
  let meanwhile: (() => Promise<void>) | undefined
  const watched: Pick<AudioEngine, 'transcode'> = {
    async transcode(request, signal) {
      const made = await engine.transcode(request, signal)
      await meanwhile?.()
      return made
    },
  }
  const ports = { db, clock, engine, readPlain, storeRenditions }
  const making = {
    ...ports,
    engine: watched,
    ...(options.random === undefined ? {} : { random: options.random }),
  }
  const tasks = {
    redact: async () => 'done' as const,
    playback: makeDerivePlayback(ports),
    channels: makeDeriveChannels(ports),
    masked: makeDeriveMasked(making),
    copy: makeDeriveCopy(making),
    tidy: makeTidyObjects({ db, store }),
  }
  const workOnAudio = makeWorkOnAudio({ db, clock, logger, instance, tasks })
  const expireMasked = makeExpireMasked({ db, clock })
  const holds = composeHolds({ db, store, clock, logger })

  const call = caller(app)

  return {
    ...app,
    tasks,
    storeRenditions,
    /** Lets something happen once, after a masked rendition or a copy was made and before it is stored. */
    meanwhile(act: () => Promise<void>) {
      meanwhile = async () => {
        meanwhile = undefined
        await act()
      }
    },
    expireMasked,
    keepInStep: () => holds.keepInStep(NEVER),
    /** Does whatever waits to be done on audio. */
    work: () => workOnAudio(NEVER, NEVER),
    /** A recording that is queued as a new one is. */
    async receive(audio: Buffer, wish: RecordingOptions = {}): Promise<string> {
      const { id } = await addRecording(app, { ...wish, audio, status: 'processing' })
      await queueWork(app.db, id, 'playback', app.clock.now())
      return id
    },
    /** A request of somebody; the body of the answer as bytes, and parsed when it is JSON. */
    call,
    /** The member listens to a rendition of their call. */
    listen: (id: string, rendition: string) =>
      call(member, 'GET', `/v1/recordings/${id}/audio?rendition=${rendition}`),
    /** What the store has of a recording, by file name. */
    async stored(id: string): Promise<string[]> {
      const names: string[] = []
      for await (const page of app.store.listVersions(`recordings/${id}/`))
        names.push(...page.map(({ key }) => key.slice(key.lastIndexOf('/') + 1)))
      return names.sort(byName)
    },
    async made(id: string): Promise<string[]> {
      const rows = await app.db
        .selectFrom('rendition')
        .select('name')
        .where('recording_id', '=', id)
        .execute()
      return rows.map(({ name }) => name).sort(byName)
    },
    async queued(id: string): Promise<string[]> {
      const rows = await app.db
        .selectFrom('audio_work')
        .select('kind')
        .where('recording_id', '=', id)
        .execute()
      return rows.map(({ kind }) => kind).sort(byName)
    },
    async close() {
      await instance.close()
      await app.close()
    },
  }
}

const byName = (a: string, b: string): number => a.localeCompare(b)

function endpointsOf(
  { db, store, clock, logger }: ListeningParts,
  rules: ReturnType<typeof openRules>,
): Endpoint[] {
  const purposes = { db, clock, rules: () => ({ current: rules, find: () => undefined }) }
  return [
    ...composeSpans({ db, clock }).endpoints,
    ...composeHolds({ db, store, clock, logger }).endpoints,
    ...purposeEndpoints({
      addPurpose: makeAddPurpose(purposes),
      removePurpose: makeRemovePurpose(purposes),
      objectToPurpose: makeObjectToPurpose(purposes),
      resumePurpose: makeResumePurpose(purposes),
    }),
  ]
}

/** What the member hears; throws when it is refused. */
export async function heard(app: TrainingApp, id: string, rendition: string): Promise<Buffer> {
  const { status, bytes } = await app.listen(id, rendition)
  if (status !== 200) throw new Error(`${rendition}: ${status}`)
  return bytes
}
