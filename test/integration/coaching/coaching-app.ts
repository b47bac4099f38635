import { readFile } from 'node:fs/promises'
import { makeWithdraw } from '../../../src/coaching/withdraw.ts'
import { composeCoaching, loadScoreForm } from '../../../src/compose/coaching.ts'
import { DAY } from '../../../src/kernel/units.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import {
  addRecording,
  bearer,
  type ListeningAppOptions,
  NOW,
  type RecordingOptions,
  startListeningApp,
} from '../listening/listening-app.ts'

const RULES = new URL('../../../src/retention/hmbs.yaml', import.meta.url)

export const coach = persons.coach()
export const colleague = persons.coach({ sub: 'coach-2' })
/** A coach of another team. */
export const stranger = persons.coach({ sub: 'coach-9', team: 'cars' })
export const agent = persons.agent({ sub: 'A-1' })

export type CoachingApp = Awaited<ReturnType<typeof startCoachingApp>>

/** Listening and coaching, with the shipped form and rules, on a real database and store. */
export async function startCoachingApp(options: ListeningAppOptions = {}) {
  const rules = openRules(await readFile(RULES, 'utf8'))
  const form = await loadScoreForm({ scoreFormFile: undefined })
  const app = await startListeningApp({
    ...options,
    also: (parts) => [
      ...(options.also?.(parts) ?? []),
      ...composeCoaching(parts, { current: () => rules }, form).endpoints,
    ],
  })
  const withdraw = makeWithdraw(app)

  async function call(claims: Claims, method: string, path: string, body?: unknown) {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(app.url + path, {
      method,
      headers: { ...bearer(app, claims), ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
    return { status: response.status, body: (text ? JSON.parse(text) : null) as any, text }
  }

  return {
    ...app,
    call,
    withdraw,
    draw: (wish: object = {}, claims: Claims = coach) =>
      call(claims, 'POST', '/v1/training-samples', { size: 50, ...wish }),
    /** Old enough to be drawn, of a member of its own. */
    addCall: (wish: RecordingOptions = {}) =>
      addRecording(app, {
        memberRef: `M-${nextMember++}`,
        agentRef: 'A-1',
        startedAt: new Date(Date.parse(NOW) - 3 * DAY),
        ...wish,
      }),
    /** Leaves no sample and no call that could be drawn. */
    async clear() {
      await app.db.deleteFrom('training_sample').execute()
      await app.db.updateTable('recording').set({ status: 'unplayable' }).execute()
    },
    async auditOfType(type: string) {
      return app.db
        .selectFrom('audit_event')
        .select(['type', 'outcome', 'code', 'actor_sub', 'recording_id', 'detail'])
        .where('type', '=', type)
        .orderBy('occurred_at', 'desc')
        .execute()
    },
  }
}

let nextMember = 5000
