import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { makeReadDpiaFacts, makeReadRecord } from './account.ts'
import { beginning, ending, When } from './period.ts'

export interface AccountUseCases {
  readonly readRecord: ReturnType<typeof makeReadRecord>
  readonly readDpiaFacts: ReturnType<typeof makeReadDpiaFacts>
}

const TAG = 'Accountability'
const Words = z.strictObject({ nl: z.string(), en: z.string() })
const Iri = z.string().nullable().meta({ description: 'Term of the W3C Data Privacy Vocabulary' })
const Names = z.array(z.string())
const Count = z.int().min(0)
const Instant = z.iso.datetime()
const Counted = z.array(z.strictObject({ name: z.string(), count: Count }))

const RecordSchema = z
  .strictObject({
    at: Instant,
    rulesVersion: z.int(),
    controllers: Names,
    contact: z.string(),
    activities: z.array(
      z.strictObject({
        ...{ purpose: z.string(), words: Words, purposeIri: Iri, legalBasis: z.string(), legalBasisIri: Iri },
        listeners: Names.meta({ description: 'Roles inside that may listen for it' }),
        suppliers: Names,
        retention: z.array(
          z.strictObject({
            products: Names,
            sensitivity: Names.nullable().meta({
              description: 'Only where this is in the call; null: always',
            }),
            ...{ rule: z.string(), words: Words, disposition: z.enum(['delete', 'anonymise', 'archive']) },
            ...{ ground: z.string(), source: z.string() },
          }),
        ),
      }),
    ),
    suppliers: z.array(
      z.strictObject({
        ...{ name: z.string(), country: z.string(), type: z.enum(['processor', 'partner', 'staffing']) },
        ...{ agreementRef: z.string(), validUntil: z.iso.date(), purposes: Names },
      }),
    ),
    disclosed: z.array(z.strictObject({ recipientType: z.string(), country: z.string(), recordings: Count })),
    dataSubjects: Words,
    categories: z.array(z.strictObject({ name: z.string(), words: Words })),
    transfers: Words,
    measures: z.array(z.strictObject({ words: Words, iri: Iri })),
  })
  .meta({ id: 'ProcessingRecord' })

const FactsSchema = z
  .strictObject({
    ...{ at: Instant, from: Instant, to: Instant, stored: Count },
    volumes: z.array(z.strictObject({ sensitivity: z.string(), recordings: Count })),
    accesses: z.array(
      z.strictObject({
        ...{
          roles: Names,
          purpose: z.string().nullable(),
          act: z.enum(['listened', 'copied']),
          times: Count,
        },
      }),
    ),
    overdue: Count.meta({ description: 'Neither set aside nor destroyed in time' }),
    ...{ holdsPastReview: Count, openHolds: Count, restricted: Count },
    emergencies: Counted.meta({ description: 'By what their review came to' }),
    anomalies: Counted.meta({ description: 'Noticed of staff, by kind' }),
  })
  .meta({ id: 'DpiaFacts' })

/** What the organisation has to be able to show (Art. 5(2) GDPR), without anything about a member. */
export const accountabilityEndpoints = ({ readRecord, readDpiaFacts }: AccountUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/processing-record',
    operationId: 'getProcessingRecord',
    summary: 'Show the record of processing activities, from the rules and registers in force',
    description: 'Art. 30 GDPR, for privacy officers and auditors. Nothing of a member is in it.',
    tag: TAG,
    query: z.strictObject({}),
    responses: { 200: { description: 'The record', content: { 'application/json': RecordSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const { at, ...record } = await readRecord(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ at: at.toISOString(), ...record })
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/dpia-facts',
    operationId: 'getDpiaFacts',
    summary: 'Count what an impact assessment has to know',
    description: `Art. 35 GDPR: how much there is, who listens for what, what is late, and what went out of the
ordinary. For privacy officers and auditors; nothing of a member is in it.`,
    tag: TAG,
    query: z.strictObject({
      from: When.optional().meta({ description: 'Acts from here on; absent: three months before `to`' }),
      to: When.optional().meta({ description: 'Acts until here; absent: now' }),
    }),
    responses: { 200: { description: 'The figures', content: { 'application/json': FactsSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { from, to }, req, res }) {
      const facts = await readDpiaFacts(actorOf(req), {
        ...(from === undefined ? {} : { from: beginning(from) }),
        ...(to === undefined ? {} : { to: ending(to) }),
      })
      const instants = {
        at: facts.at.toISOString(),
        from: facts.from.toISOString(),
        to: facts.to.toISOString(),
      }
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ ...facts, ...instants })
    },
  }),
]
