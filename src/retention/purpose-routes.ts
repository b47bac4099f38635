import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { ProblemCode } from '../kernel/problem.ts'
import { RecordingSchema } from '../recordings/present.ts'
import type { makeAddPurpose } from './add-purpose.ts'
import type { makeObjectToPurpose, makeResumePurpose } from './object-purpose.ts'
import { REASONS } from './purpose-decisions.ts'
import type { makeRemovePurpose } from './remove-purpose.ts'

export interface PurposeUseCases {
  readonly addPurpose: ReturnType<typeof makeAddPurpose>
  readonly removePurpose: ReturnType<typeof makeRemovePurpose>
  readonly objectToPurpose: ReturnType<typeof makeObjectToPurpose>
  readonly resumePurpose: ReturnType<typeof makeResumePurpose>
}

const TAG = 'Retention'
const id = z.string().meta({ description: 'UUID', format: 'uuid' })
const purpose = z.string().min(1).max(64)
const caseRef = z.string().min(1).max(100).meta({ description: 'The case; for fraud analysts required' })
const answer = (description: string) => ({ description, content: { 'application/json': RecordingSchema } })
const REFUSALS: readonly ProblemCode[] = ['not_found', 'forbidden', 'purpose_over', 'unavailable']

/** Which purposes a recording is kept for, changed afterwards. */
export const purposeEndpoints = (useCases: PurposeUseCases): Endpoint[] => [
  addition(useCases),
  removal(useCases),
  ...objections(useCases),
]

const addition = ({ addPurpose }: PurposeUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/purposes',
    operationId: 'addPurpose',
    summary: 'Keep a recording for one more purpose that its announcement named',
    description:
      'By a privacy officer, who says why; for fraud prevention also by a fraud analyst, who names the case.',
    tag: TAG,
    params: z.strictObject({ id }),
    body: z.strictObject({
      purpose,
      caseRef: caseRef.optional(),
      compatibleUse: z.string().trim().min(10).max(1000).optional().meta({
        description: 'Why this is compatible with why the call was recorded (Art. 6(4) GDPR)',
      }),
    }),
    responses: { 201: answer('The recording as it is kept now') },
    problems: [
      ...REFUSALS,
      ...(['invalid_request', 'invalid_metadata', 'purpose_not_announced', 'purpose_exists'] as const),
      ...(['no_rule', 'nothing_to_keep'] as const),
    ],
    async handle({ params, body, req, res }) {
      const recording = await addPurpose(actorOf(req), { ...params, ...body })
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).location(`/v1/recordings/${params.id}`).json(recording)
    },
  })

const removal = ({ removePurpose }: PurposeUseCases): Endpoint =>
  endpoint({
    method: 'delete',
    path: '/v1/recordings/{id}/purposes/{purpose}',
    operationId: 'removePurpose',
    summary: 'End a purpose before its time; the recording may be due at once',
    tag: TAG,
    params: z.strictObject({ id, purpose }),
    query: z.strictObject({
      because: z.enum(REASONS).default('removed').meta({
        description:
          'consent_withdrawn: only where consent is the legal basis; objection_upheld: only for legitimate interests',
      }),
      caseRef: caseRef.optional(),
    }),
    responses: { 200: answer('The recording as it is kept now') },
    problems: [
      ...REFUSALS,
      'invalid_request',
      'step_up_required',
      'statutory_minimum',
      'right_not_available',
    ],
    async handle({ params, query, req, res }) {
      const recording = await removePurpose(actorOf(req), { ...params, ...query })
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(recording)
    },
  })

const objections = ({ objectToPurpose, resumePurpose }: PurposeUseCases): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/purposes/{purpose}/objection',
    operationId: 'objectToPurpose',
    summary: 'Object to a purpose: nobody uses the recording for it from now on',
    description:
      'By a privacy officer: the purpose is suspended and the bytes stay until the decision. By the member, for ' +
      'training of their own call: it ends at once and for good; if nothing else keeps the recording, it is due.',
    tag: TAG,
    params: z.strictObject({ id, purpose }),
    responses: { 200: answer('The recording as it is kept now') },
    problems: [...REFUSALS, 'right_not_available', 'statutory_minimum'],
    async handle({ params, req, res }) {
      const recording = await objectToPurpose(actorOf(req), params)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(recording)
    },
  }),
  endpoint({
    method: 'delete',
    path: '/v1/recordings/{id}/purposes/{purpose}/objection',
    operationId: 'resumePurpose',
    summary: 'Take up a suspended purpose again; what has ended in the meantime stays ended',
    tag: TAG,
    params: z.strictObject({ id, purpose }),
    query: z.strictObject({}),
    responses: { 200: answer('The recording as it is kept now') },
    problems: REFUSALS,
    async handle({ params, req, res }) {
      const recording = await resumePurpose(actorOf(req), params)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(recording)
    },
  }),
]
