import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type DemoCall, demoMetadata, readDemoAudio, readDemoCalls } from './demo-call.ts'
import type { SignAccessToken } from './demo-keys.ts'

const TOKEN_SECONDS = 600

export interface SeedDemoPorts {
  readonly dataDir: string
  readonly clock: Clock
  readonly logger: Logger
  readonly signAccessToken: SignAccessToken
}

interface Progress {
  /** The moment from which the calls' dates are counted: the first start, whenever the rest arrives. */
  readonly firstStart: string
  readonly delivered: readonly string[]
}

/**
 * Delivers the demo's calls once, through the service's own door and with a recorder's token, so that a demo
 * recording is stored, tagged and audited like any other. What was delivered is never delivered again, also
 * not after it ended and was destroyed; a start that was interrupted is continued by the next one.
 */
export function makeSeedDemo({ dataDir, clock, logger, signAccessToken }: SeedDemoPorts) {
  const path = join(dataDir, 'demo', 'delivered.json')

  return async function seedDemo(origin: string): Promise<void> {
    let progress = (await readProgress(path)) ?? { firstStart: clock.now().toISOString(), delivered: [] }
    const calls = await readDemoCalls()
    const missing = calls.filter(({ file }) => !progress.delivered.includes(file))
    if (missing.length === 0) return
    // The first start is kept before the first delivery: a repeated delivery must be byte for byte the same.
    await writeProgress(path, progress)
    const token = await signAccessToken('recorder', TOKEN_SECONDS)
    for (const call of missing) {
      const refusal = await deliver(origin, token, call, new Date(progress.firstStart))
      if (refusal) {
        logger.warn('demo call not delivered; the next start tries again', { file: call.file, refusal })
        continue
      }
      progress = { ...progress, delivered: [...progress.delivered, call.file] }
      await writeProgress(path, progress)
    }
    logger.info('demo calls delivered', { count: progress.delivered.length })
  }
}

/** Null when the call is stored now (or was before), else the code of the refusal. */
async function deliver(
  origin: string,
  token: string,
  call: DemoCall,
  firstStart: Date,
): Promise<string | null> {
  const form = new FormData()
  form.append('metadata', JSON.stringify(demoMetadata(call, firstStart)))
  form.append('audio', new Blob([await readDemoAudio(call)], { type: call.mediaType }), call.file)
  const response = await fetch(`${origin}/v1/recordings`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': `demo-${call.file}` },
    body: form,
    signal: AbortSignal.timeout(MINUTE),
  })
  const body = (await response.json().catch(() => ({}))) as { code?: string }
  // The same call delivered earlier to this database, by a demo whose DATA_DIR is gone.
  if (response.ok || body.code === 'call_exists') return null
  return body.code ?? String(response.status)
}

async function readProgress(path: string): Promise<Progress | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Progress
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function writeProgress(path: string, progress: Progress): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.new`, `${JSON.stringify(progress)}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}
