import { claimDataDir } from '../../../src/embedded/claim-data-dir.ts'
import { startEmbeddedPostgres } from '../../../src/embedded/postgres.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

/** A service of its own for tests that kill one: claims the data directory and runs until its input ends. */
const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)

const dataDir = process.argv[2] as string
try {
  const server = await startEmbeddedPostgres({ dataDir, logger: createLogger('error') })
  const { url, adopted } = server
  const claim = await claimDataDir({ dataDir, databaseUrl: url })
  say({ url, adopted })
  process.stdin.resume()
  process.stdin.once('end', async () => {
    await claim.release()
    await server.stop()
  })
} catch (error) {
  say({ error: (error as Error).message })
  process.exitCode = 1
}
