import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { ProblemCode } from '../kernel/problem.ts'
import { ApprovalSchema, type makeApproveRefusal } from './approve-refusal.ts'
import { IdentityStepSchema, type makeCheckIdentity } from './check-identity.ts'
import type { makeDecideRequest } from './decide-request.ts'
import { DecisionsSchema } from './decision.ts'
import { ExtensionSchema, type makeExtendRequest } from './extend-request.ts'
import {
  type makeAddView,
  type makeConfirmAddress,
  type makeConfirmDownload,
  ViewSchema,
} from './member-steps.ts'
import { FeeSchema, type makeAcceptFee, type makeRecordFee } from './request-fee.ts'
import { answer, TAG } from './request-routes.ts'
import { ById, type RequestJson } from './request-schema.ts'
import type { makeTakeUpRequest } from './take-up-request.ts'
import type { makeWithdrawRequest } from './withdraw-request.ts'

export interface RequestStepUseCases {
  readonly takeUp: ReturnType<typeof makeTakeUpRequest>
  readonly checkIdentity: ReturnType<typeof makeCheckIdentity>
  readonly extend: ReturnType<typeof makeExtendRequest>
  readonly decide: ReturnType<typeof makeDecideRequest>
  readonly approve: ReturnType<typeof makeApproveRefusal>
  readonly addView: ReturnType<typeof makeAddView>
  readonly recordFee: ReturnType<typeof makeRecordFee>
  readonly acceptFee: ReturnType<typeof makeAcceptFee>
  readonly confirmAddress: ReturnType<typeof makeConfirmAddress>
  readonly confirmDownload: ReturnType<typeof makeConfirmDownload>
  readonly withdraw: ReturnType<typeof makeWithdrawRequest>
}

interface StepRoute<B extends z.ZodType | undefined> {
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly body?: B
  readonly problems?: readonly ProblemCode[]
  run(actor: Actor, id: string, body: B extends z.ZodType ? z.output<B> : undefined): Promise<RequestJson>
}

/** Every step answers with the request as it is afterwards, so that a page needs not ask again. */
const step = <B extends z.ZodType | undefined = undefined>(route: StepRoute<B>): Endpoint =>
  endpoint({
    method: 'post',
    path: `/v1/privacy-requests/{id}/${route.path}`,
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tag: TAG,
    params: ById,
    ...(route.body ? { body: route.body, bodyProblem: 'invalid_privacy_request' as const } : {}),
    responses: { 200: answer('The request as it is now') },
    problems: [
      ...(route.body ? (['invalid_request', 'invalid_privacy_request'] as const) : []),
      ...['forbidden' as const, 'not_found' as const, 'not_open' as const, 'unavailable' as const],
      ...(route.problems ?? []),
    ],
    async handle({ params, body, req, res }) {
      const request = await route.run(actorOf(req), params.id, body as never)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(request)
    },
  })

/** What happens with a request after it was filed. */
export const requestStepEndpoints = (useCases: RequestStepUseCases): Endpoint[] => [
  ...officerSteps(useCases),
  ...memberSteps(useCases),
]

const officerSteps = (useCases: RequestStepUseCases): Endpoint[] => [
  step({
    path: 'review',
    operationId: 'takeUpPrivacyRequest',
    summary: 'Take a request up, so that other officers know',
    run: useCases.takeUp,
  }),
  step({
    path: 'identity',
    operationId: 'checkIdentityOfPrivacyRequest',
    summary:
      'Make sure who asks: ask with a recorded doubt, answer, confirm, or say that it did not become certain',
    description: `Whoever logged in as a member is known already. What staff filed is confirmed by calling back or
by the member in the portal before anything is released; the clock runs meanwhile.`,
    body: IdentityStepSchema,
    run: useCases.checkIdentity,
  }),
  step({
    path: 'extension',
    operationId: 'extendPrivacyRequest',
    summary: 'Add two months and tell the member why, within the first month',
    body: ExtensionSchema,
    problems: ['period_over'],
    run: useCases.extend,
  }),
  step({
    path: 'decision',
    operationId: 'decidePrivacyRequest',
    summary: 'Answer questions of a request, per recording and per purpose',
    description: `By a person, with a text for the member, and with a reason for all that is not granted in full;
the ways to complain come with every refusal. What is granted is carried out at once: nothing is destroyed
here, purposes end, and what nothing keeps goes with the sweep. A refusal until a day is carried out by itself
after that day. A refusal on the grounds of Art. 41 UAVG waits for a second person.`,
    body: DecisionsSchema,
    problems: [
      ...(['human_required', 'identity_required', 'right_not_available', 'statutory_minimum'] as const),
      ...(['second_person_required', 'step_up_required', 'invalid_metadata', 'no_rule'] as const),
    ],
    run: useCases.decide,
  }),
  step({
    path: 'approval',
    operationId: 'approveRefusalOfPrivacyRequest',
    summary: 'Approve, or not, refusals that somebody else proposed on the grounds of Art. 41 UAVG',
    body: ApprovalSchema,
    problems: ['human_required', 'second_person_required', 'step_up_required'],
    run: useCases.approve,
  }),
  step({
    path: 'fee',
    operationId: 'recordFeeOfPrivacyRequest',
    summary: 'Record a fee with its lawful ground; without one there is none',
    body: FeeSchema,
    run: useCases.recordFee,
  }),
]

const memberSteps = (useCases: RequestStepUseCases): Endpoint[] => [
  step({
    path: 'fee/acceptance',
    operationId: 'acceptFeeOfPrivacyRequest',
    summary: 'Accept the fee of a request',
    run: useCases.acceptFee,
  }),
  step({
    path: 'view',
    operationId: 'addViewToPrivacyRequest',
    summary: 'Give the member’s own view of an automated decision',
    body: ViewSchema,
    run: useCases.addView,
  }),
  step({
    path: 'confirm-address',
    operationId: 'confirmAddressOfPrivacyRequest',
    summary: 'Confirm the address of the controller that is to receive the data directly',
    run: useCases.confirmAddress,
  }),
  step({
    path: 'confirm-download',
    operationId: 'confirmDownloadOfPrivacyRequest',
    summary:
      'Say that what was delivered is safe with the member; what was to be erased afterwards is erased',
    run: useCases.confirmDownload,
  }),
  step({
    path: 'withdrawal',
    operationId: 'withdrawPrivacyRequest',
    summary: 'Take a request back; what was carried out stays',
    run: useCases.withdraw,
  }),
]
