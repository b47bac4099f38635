import type { Actor } from '../access/actor.ts'
import type { Config } from '../config/config.ts'
import { SECOND } from '../kernel/units.ts'
import { type Import, makeImport } from '../recordings/import.ts'
import { directorySource, type ImportSource, storeSource } from '../recordings/import-source.ts'
import { openImportState } from '../recordings/import-state.ts'
import type { Foundation } from './foundation.ts'
import { findAudioTools } from './health.ts'
import { composeIngest } from './recordings.ts'
import { composeRules } from './rules.ts'
import { arrivalOf } from './tags.ts'

export interface ImportPlan {
  /** A directory, or `s3://bucket/prefix` in the store of the configuration. */
  readonly from: string
  /** Whose recordings these may be. */
  readonly entities: readonly string[]
  readonly stateFile: string
  readonly dryRun: boolean
}

export interface OpenImport extends AsyncDisposable {
  readonly runImport: Import
}

/** The import with the same rules, storage and checks as the service's own door. */
export async function composeImport(
  foundation: Foundation,
  config: Config,
  plan: ImportPlan,
): Promise<OpenImport> {
  await using opened = new AsyncDisposableStack()
  const { engine } = await findAudioTools(config)
  const arrival = arrivalOf(opened.use(await composeRules(foundation, config)), engine)
  const source = await openSource(config, plan.from, opened)
  const state = opened.use(await openImportState(plan.stateFile, { readOnly: plan.dryRun }))
  const runImport = makeImport({
    ...foundation,
    ...{ source, state, engine },
    deriveRetention: arrival.deriveRetention,
    ingest: composeIngest(foundation, arrival).ingest,
    actor: importerOf(plan.entities),
    maxBytes: config.uploads.maxBytes,
  })
  const stack = opened.move()
  return { runImport, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Whoever may run commands on this machine, for these entities and no others. */
const importerOf = (entities: readonly string[]): Actor => ({
  ...{ sub: 'listenback-import', roles: ['importer'], entities, via: 'token' },
  ...{
    memberRef: null,
    team: null,
    confidentialitySigned: false,
    engagedUntil: null,
    authenticatedAt: null,
    displayName: null,
  },
})

const PING_MS = 20 * SECOND
const BUCKET_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/

async function openSource(config: Config, from: string, opened: AsyncDisposableStack): Promise<ImportSource> {
  if (!from.startsWith('s3:')) return await directorySource(from)
  const [, bucket, prefix = ''] = BUCKET_ADDRESS.exec(from) ?? []
  if (bucket === undefined) throw new Error('give the bucket as s3://bucket or s3://bucket/prefix')
  if (config.storage.kind !== 's3')
    throw new Error('reading from a bucket needs S3_BUCKET and what belongs to it')
  const { region, endpoint, forcePathStyle, credentials } = config.storage
  const { openS3ObjectStore } = await import('../storage/s3-object-store.ts')
  const store = openS3ObjectStore({
    ...{ bucket, region, forcePathStyle },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  })
  opened.defer(() => store.close())
  await store.ping(AbortSignal.timeout(PING_MS))
  return storeSource(store, prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`)
}
