import { composeDisclosures, type Disclosing } from '../../../src/compose/disclosures.ts'
import { HOUR } from '../../../src/kernel/units.ts'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'
import { openEngine } from '../../../src/media/open-engine.ts'
import { openSmtp } from '../../../src/notices/smtp.ts'
import { makeOutbound } from '../../../src/outbound/send.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { startMailbox } from '../../support/mailbox.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { bearer, startListeningApp } from '../listening/listening-app.ts'

export const fien = persons.fraudAnalyst()
export const pim = persons.privacyOfficer({ sub: 'pim' })
export const petra = persons.privacyOfficer({ sub: 'petra' })
export const pam = persons.privacyOfficer({ sub: 'pam' })

export type DisclosuresApp = Awaited<ReturnType<typeof startDisclosuresApp>>

/** Disclosures and listening over HTTP, with real audio, a real mail server and a clock of the test. */
export async function startDisclosuresApp() {
  const engine = await openEngine(await resolveFfmpeg())
  const mailbox = await startMailbox()
  const smtp = openSmtp({ url: mailbox.url, from: 'listenback@hmbs.example' })
  const logger = createLogger('error')
  logger.silent = true
  const outbound = makeOutbound({ rules: { ports: [443], loopback: true } })
  let disclosing: Disclosing | undefined
  const app = await startListeningApp({
    also(parts) {
      const notices = { outbound, post: smtp.post }
      disclosing = composeDisclosures({ ...parts, logger }, engine, notices, 'https://calls.hmbs.example')
      return disclosing.endpoints
    },
  })
  if (!disclosing) throw new Error('the app was not composed')
  const { jobs, pushPackage } = disclosing

  async function call(method: string, path: string, claims: Claims | undefined, body?: unknown) {
    const answer = await fetch(app.url + path, {
      method,
      headers: {
        ...(claims ? bearer(app, claims) : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
    const read = (isJson ? JSON.parse(bytes.toString()) : null) as any
    return { status: answer.status, headers: answer.headers, bytes, body: read }
  }

  return {
    ...{ app, db: app.db, clock: app.clock, mailbox, call, pushPackage },
    run: async (name: string) => {
      const signal = AbortSignal.timeout(HOUR)
      await jobs.find((job) => job.name === name)?.run(signal, signal)
    },
    async close() {
      smtp[Symbol.dispose]()
      await app.close()
      await mailbox.close()
    },
  }
}
