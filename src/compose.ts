import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { createApp } from './app.ts'
import { composeAccess } from './compose/access.ts'
import { composeAccountability } from './compose/accountability.ts'
import { composeAudit } from './compose/audit.ts'
import { qualifyAtStart } from './compose/bucket.ts'
import { composeRemains } from './compose/certificates.ts'
import { composeCoaching, loadScoreForm } from './compose/coaching.ts'
import { composeDisclosures } from './compose/disclosures.ts'
import { type Foundation, openFoundation } from './compose/foundation.ts'
import { findAudioTools, healthChecks } from './compose/health.ts'
import { composeHolds } from './compose/holds.ts'
import { composeJobs } from './compose/jobs.ts'
import { composeNotices } from './compose/notices.ts'
import { composeOperations } from './compose/operations.ts'
import { composeOversight } from './compose/oversight.ts'
import { composeOverview } from './compose/overview.ts'
import { composePackages, openDocumentSigner, trustedKeys } from './compose/packages.ts'
import { composePreferences } from './compose/preferences.ts'
import { composePrivacyRequests } from './compose/privacy-requests.ts'
import { composeRecordings } from './compose/recordings.ts'
import { replayAtStart } from './compose/replay.ts'
import { composeRetention } from './compose/retention.ts'
import { composeRules } from './compose/rules.ts'
import { composeIntegrity } from './compose/scrub.ts'
import { composeSilence } from './compose/silence.ts'
import { composeSpans } from './compose/spans.ts'
import { arrivalOf } from './compose/tags.ts'
import type { Config } from './config/config.ts'
import type { Endpoint } from './http/endpoint.ts'
import { makeReadiness } from './http/health.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { vconEndpoints } from './privacy/vcon-routes.ts'
import type { Logger } from './telemetry/logger.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'

const WEB_DIR = fileURLToPath(new URL('../dist/web', import.meta.url))
const PACKAGE = new URL('../package.json', import.meta.url)

export interface ComposeOptions {
  readonly logger: Logger
  /** Origin under which people reach the service. */
  readonly publicUrl: string
  readonly signal: AbortSignal
  readonly onLost: () => void
  readonly clock?: Clock
}

export interface Service extends AsyncDisposable {
  readonly version: string
  readonly app: Express
  readonly metricsApp: Express
  /** What to print once the service answers; empty unless this is the demo. */
  readonly greeting: string
  /** Starts what needs the service itself to answer: background jobs, and in demo mode the first calls. */
  afterListening(origin: string): Promise<void>
  stopBeingReady(): void
}

/** The composition root: from configuration to a running service; the only code that knows every part. */
export async function compose(config: Config, options: ComposeOptions): Promise<Service> {
  const { logger, publicUrl } = options
  await using opened = new AsyncDisposableStack()
  const foundation = opened.use(
    await openFoundation(config, { ...options, clock: options.clock ?? systemClock, as: 'service' }),
  )
  const version = await packageVersion()
  const metrics = createMetrics()
  const parts = await composeParts(foundation, config, publicUrl, opened)
  const bucket = opened.use(await qualifyAtStart(config, foundation.clock, logger))
  await replayAtStart(foundation, config, options.signal)
  const health = await healthChecks(foundation, config, bucket, parts.audio)
  let draining = false
  const readiness = makeReadiness(health.checks, () => draining)
  const operations = composeOperations(foundation, { version, readiness, bucket, audio: parts.audio })
  const app = createApp({
    version,
    https: publicUrl.startsWith('https:'),
    trustedProxies: config.trustedProxies,
    webDir: WEB_DIR,
    logger,
    metrics,
    readiness,
    authenticate: parts.access.authenticate,
    endpoints: [...endpointsOf(foundation, parts), ...operations],
    identityProvider: parts.access.demo?.handler,
  })
  const stack = opened.move()
  return {
    version,
    app,
    metricsApp: metricsApp(metrics),
    greeting: parts.access.demo?.greeting ?? '',
    async afterListening(origin) {
      const jobs = composeJobs(foundation, config, { ...parts, engine: parts.audio.engine, metrics })
      stack.defer(() => jobs.stop(config.shutdown.graceMs))
      await parts.access.demo?.seed(origin)
    },
    stopBeingReady() {
      draining = true
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** What the service does, part by part. */
async function composeParts(
  foundation: Foundation,
  config: Config,
  publicUrl: string,
  opened: AsyncDisposableStack,
) {
  const books = opened.use(await composeRules(foundation, config))
  const audio = await findAudioTools(config)
  const documents = await openDocumentSigner(foundation, config)
  const notices = opened.use(composeNotices(foundation, config, publicUrl))
  const disclosing = composeDisclosures(foundation, audio.engine, notices, publicUrl)
  const recordings = opened.use(composeRecordings(foundation, config, arrivalOf(books, audio.engine)))
  const audit = composeAudit(foundation, {
    origin: config.audit.origin ?? `${new URL(publicUrl).host}/audit`,
    years: config.audit.years,
    allEntities: () => books.current(foundation.clock.now()).entities,
  })
  return {
    audio,
    recordings,
    retention: opened.use(composeRetention(foundation, config, books, recordings)),
    holds: composeHolds(foundation),
    spans: composeSpans(foundation),
    audit,
    accountability: composeAccountability({
      ...{ db: foundation.db, clock: foundation.clock, books, seal: audit.seal },
      ...{ contact: config.contact, graceDays: config.sweep.graceDays },
    }),
    coaching: composeCoaching(foundation, books, await loadScoreForm(config)),
    preferences: composePreferences(foundation, books),
    requests: composePrivacyRequests(foundation, config, books),
    packages: composePackages({
      ...{ foundation, books, documents, publicUrl, contact: config.contact, listening: recordings },
      pushPackage: disclosing.pushPackage,
    }),
    vcons: vconEndpoints({ ...recordings.delivering, trustedKeys: trustedKeys(config, documents) }),
    overview: composeOverview(foundation, config.sweep.graceDays),
    notices,
    disclosing,
    access: await composeAccess(foundation, config, publicUrl),
  }
}

const endpointsOf = (
  foundation: Foundation,
  {
    access,
    audit,
    accountability,
    recordings,
    retention,
    holds,
    spans,
    coaching,
    preferences,
    requests,
    packages,
    vcons,
    overview,
    notices,
    disclosing,
  }: Awaited<ReturnType<typeof composeParts>>,
): readonly Endpoint[] => [
  ...access.endpoints,
  ...recordings.endpoints,
  ...retention.endpoints,
  ...holds.endpoints,
  ...spans.endpoints,
  ...coaching.endpoints,
  ...preferences,
  ...requests.endpoints,
  ...packages.endpoints,
  ...vcons,
  ...overview,
  ...notices.endpoints,
  ...disclosing.endpoints,
  ...composeSilence({ ...foundation, find: recordings.find }),
  ...composeRemains(foundation),
  ...composeIntegrity(foundation),
  ...composeOversight(foundation),
  ...audit.endpoints,
  ...accountability,
]

function metricsApp(metrics: Metrics): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  return app
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
  return version
}
