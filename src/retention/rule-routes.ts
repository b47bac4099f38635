import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Decision, makeDecideRules } from './approve-rules.ts'
import type { makeDraftRules } from './draft-rules.ts'
import type { makePreview } from './preview.ts'
import { PreviewSchema, presentPreview } from './preview-present.ts'
import {
  presentBook,
  presentBooks,
  presentSummary,
  RuleBookListSchema,
  RuleBookSchema,
  RuleBookSummarySchema,
} from './rule-present.ts'
import type { makeListRules, makeReadRules } from './rule-reading.ts'

export interface RuleUseCases {
  readonly listRules: ReturnType<typeof makeListRules>
  readonly readRules: ReturnType<typeof makeReadRules>
  readonly draftRules: ReturnType<typeof makeDraftRules>
  readonly decideRules: ReturnType<typeof makeDecideRules>
  readonly preview: ReturnType<typeof makePreview>
}

const TAG = 'Retention rules'
const ByVersion = z.strictObject({
  version: z.coerce.number().int().min(1).max(2_000_000_000).meta({ description: 'Number of the version' }),
})
const Nothing = z.strictObject({})
const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': schema },
})

/** The rules of retention: reading them, and changing them by two people. */
export const ruleEndpoints = (useCases: RuleUseCases): Endpoint[] => [
  listEndpoint(useCases),
  readEndpoint(useCases),
  draftEndpoint(useCases),
  decisionEndpoint(useCases, 'approved'),
  decisionEndpoint(useCases, 'rejected'),
  previewEndpoint(useCases),
]

const listEndpoint = ({ listRules }: RuleUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/retention/rules',
    operationId: 'listRetentionRules',
    summary: 'Show the rules that decide today, and every version with who made and approved it',
    tag: TAG,
    query: Nothing,
    responses: { 200: json('The rules', RuleBookListSchema) },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const { current, rules, all } = await listRules(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentBooks(current, rules, all))
    },
  })

const readEndpoint = ({ readRules }: RuleUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/retention/rules/{version}',
    operationId: 'getRetentionRules',
    summary: 'Show one version of the rules',
    tag: TAG,
    params: ByVersion,
    query: Nothing,
    responses: { 200: json('The version', RuleBookSchema) },
    problems: ['not_found', 'forbidden', 'unavailable'],
    async handle({ params, req, res }) {
      const { book, rules } = await readRules(actorOf(req), params.version)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentBook(book, rules))
    },
  })

const draftEndpoint = ({ draftRules }: RuleUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/retention/rules',
    operationId: 'draftRetentionRules',
    summary: 'File new rules, to be approved by another privacy officer',
    description:
      'The whole document, as the rules file. From effectiveFrom on new recordings follow it; a shorter ' +
      'period reaches existing ones no earlier than 14 days after the approval, a longer one only with a ' +
      'lengtheningGround. Nothing that has ended comes back.',
    tag: TAG,
    body: z.strictObject({
      document: z.string().min(1).max(90_000).meta({ description: 'YAML, every problem of which is named' }),
      effectiveFrom: z.iso.date().meta({ description: 'A day in Amsterdam, tomorrow at the earliest' }),
      lengtheningGround: z.string().min(20).max(2000).optional(),
    }),
    responses: { 201: json('The draft', RuleBookSummarySchema) },
    problems: ['invalid_request', 'invalid_rules', 'forbidden', 'unavailable'],
    async handle({ body: { lengtheningGround = null, ...draft }, req, res }) {
      const book = await draftRules(actorOf(req), { ...draft, lengtheningGround })
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).location(`/v1/retention/rules/${book.version}`).json(presentSummary(book))
    },
  })

const DECISIONS = {
  approved: {
    verb: 'approve',
    operationId: 'approveRetentionRules',
    summary: 'Put drafted rules into force; only somebody other than who drafted them',
  },
  rejected: {
    verb: 'reject',
    operationId: 'rejectRetentionRules',
    summary: 'Reject drafted rules, or withdraw the own draft',
  },
} as const satisfies Record<Decision, object>

const decisionEndpoint = ({ decideRules }: RuleUseCases, decision: Decision): Endpoint => {
  const { verb, ...words } = DECISIONS[decision]
  return endpoint({
    ...words,
    method: 'post',
    path: `/v1/retention/rules/{version}/${verb}`,
    tag: TAG,
    params: ByVersion,
    query: Nothing,
    responses: { 200: json('The version', RuleBookSummarySchema) },
    problems: [
      'not_found',
      'forbidden',
      'step_up_required',
      'second_person_required',
      'not_open',
      'invalid_rules',
      'unavailable',
    ],
    async handle({ params, req, res }) {
      const book = await decideRules(actorOf(req), params.version, decision)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentSummary(book))
    },
  })
}

const previewEndpoint = ({ preview }: RuleUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/retention/rules/{version}/preview',
    operationId: 'previewRetentionRules',
    summary: 'Show what would be due on a day under a version of the rules, beside what is due as things are',
    description:
      'Changes nothing. Days before the notice of shorter periods is over show that nothing is shortened ' +
      'yet. The version `current` foresees the rules in force and lists everything that is due.',
    tag: TAG,
    params: z.strictObject({ version: z.union([z.literal('current'), ByVersion.shape.version]) }),
    query: z.strictObject({
      at: z.iso.date().optional().meta({
        description: 'A day in Amsterdam; default the day on which the version has its full effect',
      }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: { 200: json('Counts, a forecast by month, and a page of the recordings', PreviewSchema) },
    problems: ['invalid_request', 'not_found', 'forbidden', 'unavailable'],
    async handle({ params, query, req, res }) {
      const foreseen = await preview(actorOf(req), { ...query, version: params.version })
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentPreview(foreseen))
    },
  })
