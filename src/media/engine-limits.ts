import { GIB, MINUTE } from '../kernel/units.ts'
import type { EngineLimits } from './engine.ts'

/** Far beyond any telephone call, and far below what would hurt the machine. */
export const DEFAULT_LIMITS: EngineLimits = {
  maxSeconds: 4 * 60 * 60,
  cpuSeconds: 600,
  wallMs: 15 * MINUTE,
  memoryBytes: GIB,
  outputBytes: GIB,
}
