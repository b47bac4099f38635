import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSessions } from '../../../src/access/sessions.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { approvalEndpoints } from '../../../src/retention/approval-routes.ts'
import { makeApproveDestruction, makeListApprovals } from '../../../src/retention/approve-destruction.ts'
import { makeFindSweep, makeListSweeps } from '../../../src/retention/find-sweep.ts'
import { makeListDue } from '../../../src/retention/list-due.ts'
import { makeConfirmDestruction, makeListReviews } from '../../../src/retention/review-destruction.ts'
import { reviewEndpoints } from '../../../src/retention/review-routes.ts'
import { retentionEndpoints } from '../../../src/retention/routes.ts'
import { makeRunSweep } from '../../../src/retention/run-sweep.ts'
import type { Sweep } from '../../../src/retention/sweep.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { testClock } from '../../support/clock.ts'
import { type Claims, createIssuer } from '../../support/tokens.ts'
import { type Stage, setStage } from './stage.ts'

export interface Answer<T> {
  readonly status: number
  readonly location: string | null
  readonly body: T
}

export interface SweepApp {
  call<T = Record<string, unknown>>(
    method: 'GET' | 'POST',
    path: string,
    claims: Claims,
    body?: unknown,
  ): Promise<Answer<T>>
  close(): Promise<void>
}

/** What people see of sweeps over HTTP, on the tables and with the sweeper of a test. */
export async function openSweepApp(stage: Stage, sweep: Sweep, patienceMs?: number): Promise<SweepApp> {
  const { db, clock } = stage
  const issuer = await createIssuer()
  const logger = createLogger('error')
  logger.silent = true
  const ports = { ...stage, logger, sweep }
  const runSweep = makeRunSweep(ports)
  const impatient = Object.assign(
    (...[actor, request]: Parameters<typeof runSweep>) => runSweep(actor, request, patienceMs),
    { [Symbol.asyncDispose]: () => runSweep[Symbol.asyncDispose]() },
  )
  const nothing = () => {
    throw new Error('not a part of this test')
  }
  const app = appWith({
    issuer,
    sessions: makeSessions({ db, clock }),
    clock: testClock(new Date().toISOString()),
    logger,
    endpoints: [
      ...retentionEndpoints({
        listDue: makeListDue(stage),
        runSweep: impatient,
        findSweep: makeFindSweep(stage),
        listSweeps: makeListSweeps(stage),
        find: nothing,
        explain: nothing,
      }),
      ...approvalEndpoints({
        listApprovals: makeListApprovals(stage),
        approveDestruction: makeApproveDestruction(stage),
      }),
      ...reviewEndpoints({
        listReviews: makeListReviews(stage),
        confirmDestruction: makeConfirmDestruction(stage),
        graceDays: 7,
      }),
    ],
  })
  const server: Server = await listen(app, 0, '127.0.0.1')
  return {
    async call<T>(method: 'GET' | 'POST', path: string, claims: Claims, body?: unknown) {
      const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${issuer.token(claims)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const { status, headers } = response
      return { status, location: headers.get('location'), body: (await response.json()) as T }
    },
    async close() {
      await runSweep[Symbol.asyncDispose]()
      await drain(server, 0)
    },
  }
}

/** A stage in a directory of its own, one grace period of a week, and what people see of its sweeps. */
export async function openSweepStage(wish: Parameters<Stage['sweeper']>[0] = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'listenback-sweeps-'))
  const stage = await setStage(await openFileObjectStore(directory))
  const app = await openSweepApp(stage, stage.sweeper({ graceDays: 7, ...wish }))
  return {
    stage,
    app,
    async close() {
      await app.close()
      await stage.close()
      await rm(directory, { recursive: true })
    },
  }
}
