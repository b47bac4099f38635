import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { isId } from '../kernel/ids.ts'
import type { AffectedMember } from './breach-queries.ts'
import { beginning, ending, When } from './period.ts'
import type { BreachReport, makeListAffected, makeReportBreach } from './report-breach.ts'

export interface BreachUseCases {
  readonly reportBreach: ReturnType<typeof makeReportBreach>
  readonly listAffected: ReturnType<typeof makeListAffected>
}

const TAG = 'Accountability'
const id = (what: string) => z.string().refine(isId, `must be ${what}`)
const Count = z.int().min(0)

const scope = {
  actor: z.string().min(1).max(255).optional().meta({ description: 'The account (`sub`)' }),
  sessionRef: id('the id of a playback')
    .optional()
    .meta({ description: 'One listening session: the playbackId of the log' }),
  recordingIds: z.array(id('a recording id')).min(1).max(1000).optional(),
  from: When.meta({ description: 'At or after this instant, or on or after this day' }),
  to: When.meta({ description: 'Before this instant, or on or before this day' }),
}

const BreachSchema = z
  .strictObject({
    ...scope,
    awareAt: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When the organisation became aware of it' }),
  })
  .meta({ id: 'BreachScope' })

const AffectedSchema = z
  .strictObject({
    ...scope,
    limit: z.int().min(1).max(1000).default(500),
    cursor: z.string().min(1).max(400).optional().meta({ description: 'nextCursor of the page before' }),
  })
  .meta({ id: 'BreachMembersWanted' })

type ScopeJson = Pick<z.output<typeof BreachSchema>, keyof typeof scope>

const wantedOf = ({ actor, sessionRef, recordingIds, from, to }: ScopeJson) => ({
  ...{ actor, recordingIds, playbackId: sessionRef },
  ...{ from: beginning(from), to: ending(to) },
})

const Instant = z.iso.datetime()

const ReportSchema = z
  .strictObject({
    at: Instant,
    from: Instant,
    to: Instant,
    recordings: Count.meta({ description: 'Read, heard, copied or changed; each counted once' }),
    members: Count,
    recordingsWithoutMember: Count.meta({
      description: 'Of no known member, or destroyed since: whose they were is not known',
    }),
    heard: Count.meta({ description: 'Recordings of which audio was sent' }),
    copied: Count.meta({ description: 'Recordings that left as a copy, in a package or to a recipient' }),
    changed: Count.meta({ description: 'Recordings that were changed or destroyed' }),
    copies: Count,
    streamedSeconds: Count.meta({
      description:
        'Length of what was sent; where the end of a delivery was never written, of what was asked for',
    }),
    sensitivities: z.array(
      z.strictObject({
        sensitivity: z.string().meta({ description: '`not_assessed`: nobody looked' }),
        recordings: Count,
        members: Count,
      }),
    ),
    lists: Count.meta({ description: 'Lists that were asked for; what was on them is not in the log' }),
    firstAt: Instant.nullable(),
    lastAt: Instant.nullable(),
    awareAt: Instant.nullable(),
    notifyBy: Instant.nullable().meta({
      description: 'Moment until which the supervisory authority has to be told: 72 hours (Art. 33(1) GDPR)',
    }),
  })
  .meta({ id: 'BreachReport' })

const MembersSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        memberRef: z.string(),
        entities: z.array(z.string()),
        recordings: Count,
        sensitivities: z.array(z.string()),
        heard: z.boolean(),
        copied: z.boolean(),
        firstAt: Instant,
        lastAt: Instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'BreachMembers' })

const presentReport = (
  { from, to }: { readonly from: Date; readonly to: Date },
  { at, firstAt, lastAt, awareAt, notifyBy, sensitivities, ...counts }: BreachReport,
): z.input<typeof ReportSchema> => ({
  ...counts,
  ...{ at: at.toISOString(), from: from.toISOString(), to: to.toISOString() },
  sensitivities: [...sensitivities],
  firstAt: firstAt?.toISOString() ?? null,
  lastAt: lastAt?.toISOString() ?? null,
  awareAt: awareAt?.toISOString() ?? null,
  notifyBy: notifyBy?.toISOString() ?? null,
})

const presentMember = ({ firstAt, lastAt, entities, sensitivities, ...member }: AffectedMember) => ({
  ...member,
  entities: [...entities],
  sensitivities: [...sensitivities],
  firstAt: firstAt.toISOString(),
  lastAt: lastAt.toISOString(),
})

/** What has to be known within 72 hours of a breach. */
export const breachEndpoints = ({ reportBreach, listAffected }: BreachUseCases): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/breach-reports',
    operationId: 'reportBreach',
    summary: 'Count what an account, a session or everybody did with recordings in a time',
    description: `For the notification of a breach (Art. 33 GDPR). Asked for in a body, because accounts belong in no
address. Privacy officers get it about their entities, auditors about all; it names nobody.`,
    tag: TAG,
    body: BreachSchema,
    responses: { 200: { description: 'The figures', content: { 'application/json': ReportSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const wanted = wantedOf(body)
      const awareAt = body.awareAt === undefined ? null : new Date(body.awareAt)
      const report = await reportBreach(actorOf(req), wanted, awareAt)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentReport(wanted, report))
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/breach-reports/members',
    operationId: 'listBreachMembers',
    summary: 'List the members that a breach touched, to write to them',
    description: 'For privacy officers only, in the order of the references (Art. 34 GDPR).',
    tag: TAG,
    body: AffectedSchema,
    responses: { 200: { description: 'One page', content: { 'application/json': MembersSchema } } },
    problems: ['invalid_request', 'forbidden', 'step_up_required', 'unavailable'],
    async handle({ body, req, res }) {
      const { items, nextCursor } = await listAffected(actorOf(req), wantedOf(body), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map(presentMember), nextCursor })
    },
  }),
]
