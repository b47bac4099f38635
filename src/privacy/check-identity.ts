import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest, type Done, type Turn } from './request-act.ts'
import { tellMember } from './request-notices.ts'
import { updateRequest } from './request-queries.ts'
import { type RequestJson, words } from './request-schema.ts'
import type { NextStep } from './request-state.ts'

/** One step of making sure who asks. There is no field for a copy of an identity document. */
export const IdentityStepSchema = z
  .discriminatedUnion('action', [
    z.strictObject({
      action: z.literal('ask'),
      doubt: words(1000).meta({ description: 'Why there is reasonable doubt (Art. 12(6) GDPR)' }),
      question: words(1000).meta({ description: 'In plain Dutch' }),
    }),
    z.strictObject({ action: z.literal('answer'), answer: words(2000) }),
    z.strictObject({
      action: z.literal('confirm'),
      how: z
        .enum(['callback', 'portal', 'in_person', 'document_check'])
        .meta({ description: 'A member confirms in the portal, by being logged in' }),
    }),
    z.strictObject({ action: z.literal('fail'), doubt: words(1000) }),
  ])
  .meta({ id: 'IdentityStep' })

export type IdentityStep = z.output<typeof IdentityStepSchema>

const STEPS: Readonly<Record<IdentityStep['action'], NextStep>> = {
  ask: 'ask_identity',
  answer: 'answer_identity',
  confirm: 'confirm_identity',
  fail: 'confirm_identity',
}

/**
 * Asks who somebody is, when there is reasonable doubt, and comes to a result. While the question is open the clock
 * may stand still; both days are shown, and we are reminded by the earlier. Nothing is refused by silence. Throws
 * Problem as `actOnRequest` does, and `forbidden` for a member or agent who would judge the doubt themselves.
 */
export const makeCheckIdentity =
  (ports: RequestPorts) =>
  (actor: Actor, id: string, wanted: IdentityStep): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: `privacy_request.identity_${PAST[wanted.action]}`, step: STEPS[wanted.action] },
      (turn) => run(turn, wanted),
    )

const PAST = { ask: 'asked', answer: 'answered', confirm: 'confirmed', fail: 'failed' } as const

async function run(turn: Turn, wanted: IdentityStep): Promise<Done> {
  const { tx, row, at, viewer } = turn
  const type = `identity_${PAST[wanted.action]}`
  const change = (changes: Parameters<typeof updateRequest>[2]) => updateRequest(tx, row.id, changes)
  const answered = row.identity_asked_at ? { identity_answered_at: row.identity_answered_at ?? at } : {}
  switch (wanted.action) {
    case 'ask': {
      const { doubt, question } = wanted
      await tellMember(tx, row, { kind: 'request_identity_question', at, cause: at.toISOString() })
      const asked = await change({
        ...{ identity: 'asked', identity_doubt: doubt, identity_question: question },
        ...{ identity_answer: null, identity_asked_at: at, identity_answered_at: null },
      })
      return { row: asked, step: { type, detail: { doubt, question } } }
    }
    case 'answer':
      return {
        row: await change({ identity: 'answered', identity_answer: wanted.answer, identity_answered_at: at }),
        step: { type, detail: { answer: wanted.answer } },
      }
    case 'confirm': {
      const how = viewer === 'member' ? 'portal' : wanted.how
      const row = await change({ identity: 'confirmed', identity_how: how, ...answered })
      return { row, step: { type, detail: { how } }, audit: { how } }
    }
    case 'fail':
      return {
        row: await change({ identity: 'failed', identity_doubt: wanted.doubt, ...answered }),
        step: { type, detail: { doubt: wanted.doubt } },
      }
  }
}
