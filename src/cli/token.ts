import type { Config } from '../config/config.ts'
import { signDemoToken } from '../embedded/demo-keys.ts'
import { systemClock } from '../kernel/clock.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Edge } from './edge.ts'

const LONGEST_MINUTES = 24 * 60

/** Prints an access token of a demo person, signed with the key that the demo service trusts. */
export async function token(config: Config, edge: Edge, person: string, minutes: number): Promise<void> {
  if (config.auth.kind !== 'demo') {
    throw new Error('tokens can be made in demo mode only; here your own identity provider issues them')
  }
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES)) throw new Error(`--minutes is 1 to ${LONGEST_MINUTES}`)
  const signed = await signDemoToken(config.dataDir, systemClock, person, (minutes * MINUTE) / SECOND)
  edge.stdout.write(`${signed}\n`)
}
