import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { lapseOf } from '../access/four-eyes.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Approval, makeApproveDestruction, makeListApprovals } from './approve-destruction.ts'

export interface ApprovalUseCases {
  readonly listApprovals: ReturnType<typeof makeListApprovals>
  readonly approveDestruction: ReturnType<typeof makeApproveDestruction>
}

const TAG = 'Retention'
const Instant = z.iso.datetime({ offset: true })

export const ApprovalSchema = z
  .strictObject({
    id: z.uuid(),
    entity: z.string(),
    state: z.enum(['open', 'approved', 'used', 'expired']),
    askedAt: Instant,
    expiresAt: Instant,
    dueBefore: Instant.meta({ description: 'Covers what was due by then' }),
    due: z.int().meta({ description: 'How many it covers at most' }),
    used: z.int().meta({ description: 'How many of those have left use' }),
    approvals: z.int().min(0).max(2),
    approvedByMe: z.boolean(),
  })
  .meta({ id: 'DestructionApproval' })

const ApprovalListSchema = z
  .strictObject({ items: z.array(ApprovalSchema) })
  .meta({ id: 'DestructionApprovalList' })

const present = ({ row, state }: Approval, actor: Actor): z.input<typeof ApprovalSchema> => {
  const approvers = [row.first_approver, row.second_approver].filter((one) => one !== null)
  return {
    id: row.id,
    entity: row.entity,
    state,
    askedAt: row.asked_at.toISOString(),
    expiresAt: lapseOf(row.asked_at).toISOString(),
    dueBefore: row.due_before.toISOString(),
    due: row.due_count,
    used: row.used_count,
    approvals: approvers.length,
    approvedByMe: approvers.includes(actor.sub),
  }
}

/** What sweeps stopped and asked, and the answer of two people. */
export const approvalEndpoints = ({ listApprovals, approveDestruction }: ApprovalUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/retention/approvals',
    operationId: 'listDestructionApprovals',
    summary: 'List what sweeps stopped because too much became due at once, newest first',
    tag: TAG,
    query: z.strictObject({}),
    responses: {
      200: {
        description: 'The newest 100, with every open one',
        content: { 'application/json': ApprovalListSchema },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const actor = actorOf(req)
      const approvals = await listApprovals(actor)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: approvals.map((one) => present(one, actor)) })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/retention/approvals/{id}/approve',
    operationId: 'approveDestruction',
    summary: 'Let what was stopped go on; two different people must say so',
    tag: TAG,
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    query: z.strictObject({}),
    responses: {
      200: { description: 'As it stands now', content: { 'application/json': ApprovalSchema } },
    },
    problems: [
      'not_found',
      'forbidden',
      'step_up_required',
      'second_person_required',
      'not_open',
      'unavailable',
    ],
    async handle({ params, req, res }) {
      const actor = actorOf(req)
      const approval = await approveDestruction(actor, params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(approval, actor))
    },
  }),
]
