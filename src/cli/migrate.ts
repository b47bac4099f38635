import type { Config } from '../config/config.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

/** Brings the database to this build's schema and says what was done. */
export async function migrateCommand(config: Config, edge: Edge): Promise<void> {
  await withFoundation(config, edge, async ({ migrated }) => {
    const text = migrated.length > 0 ? `applied ${migrated.join(', ')}` : 'the database is up to date'
    edge.stdout.write(`${text}\n`)
  })
}
