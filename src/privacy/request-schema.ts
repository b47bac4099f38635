import { z } from 'zod'
import { isId } from '../kernel/ids.ts'
import { AccessSchema } from '../recordings/access-lines.ts'
import { name, text } from '../recordings/schema.ts'
import {
  CHANNELS,
  IDENTITY_METHODS,
  PROXY_RELATIONS,
  REASON_CODES,
  REQUEST_STATES,
  REQUEST_TYPES,
  ROUTES,
} from './request-model.ts'
import { NEXT_STEPS } from './request-state.ts'

/** Control characters but for line ends, halves of surrogate pairs and bidirectional overrides. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u

/** What people write to each other, over several lines. */
export const words = (maxLength: number) =>
  z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .transform((value) => value.replaceAll('\r\n', '\n').trim())
    .refine((value) => value.length > 0, 'must not be empty')
    .refine((value) => !UNSAFE.test(value), 'must not contain control characters')

const unique = <T>(values: readonly T[]): boolean => new Set(values).size === values.length
const TWICE = 'must not name anything twice'
const recordingId = z.string().refine(isId, 'must be a recording id').meta({ format: 'uuid' })
const day = z.iso.date()
const instant = z.iso.datetime()

export const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })

/**
 * A request as it is filed. Closed: there is no field for a reason, a fee or a copy of an identity document, because
 * none of them may be asked for (Art. 12(5) GDPR; C-307/22).
 */
export const NewRequestSchema = z
  .strictObject({
    types: z
      .array(z.enum(REQUEST_TYPES))
      .min(1)
      .refine(unique, TWICE)
      .meta({ description: 'What is asked for; several together are one dossier with separate answers' }),
    recordings: z
      .array(recordingId)
      .min(1)
      .max(1000)
      .refine(unique, TWICE)
      .optional()
      .meta({ description: 'The calls it is about; absent: all calls of the member' }),
    purposes: z.array(name).min(1).max(20).refine(unique, TWICE).optional().meta({
      description: 'For erasure, objection and withdrawal of consent; absent: all that can be meant',
    }),
    message: words(4000).optional().meta({ description: 'In the own words of the member, if they wish' }),
    decisionRef: text(200).optional().meta({ description: 'The automated decision to be reviewed' }),
    transferTo: z
      .strictObject({ name: text(200), address: z.url({ protocol: /^https$/ }).max(500) })
      .optional()
      .meta({ description: 'Another controller that is to receive the data directly (Art. 20(2) GDPR)' }),
    eraseBy: day.optional().meta({
      description:
        'With a copy and an erasure: day after which is erased, also when no download was confirmed',
    }),
    memberRef: text(100).optional().meta({ description: 'Staff only: the member who asks' }),
    receivedAt: z.iso.datetime({ offset: true }).optional().meta({
      description: 'Staff only: when it reached the organisation, for example when the mail arrived',
    }),
    channel: z.enum(CHANNELS).optional().meta({ description: 'Staff only' }),
    proxy: z
      .strictObject({
        relation: z.enum(PROXY_RELATIONS),
        mandateRef: text(100).meta({ description: 'Number of the document; never a name' }),
        validUntil: day,
      })
      .optional()
      .meta({ description: 'Staff only: somebody asks for the member' }),
  })
  .meta({ id: 'NewPrivacyRequest' })

export type NewRequest = z.output<typeof NewRequestSchema>

const ClocksSchema = z.strictObject({
  targetDate: day.meta({ description: 'The same day of the next month: what to aim for' }),
  dueDate: day.meta({ description: 'Last day of the month, moved to a working day' }),
  extendedDueDate: day.meta({ description: 'Last day if it is, or were, extended' }),
  deadline: day.meta({ description: 'The last day that counts now' }),
  pausedDueDate: day.nullable().meta({
    description: 'Last day if the time of a justified question about the identity does not count',
  }),
  isPaused: z.boolean(),
  daysLeft: z.int().meta({ description: 'Days until the deadline; negative after it' }),
  isOverdue: z.boolean(),
})

const summary = {
  id: z.uuid(),
  types: z.array(z.enum(REQUEST_TYPES)),
  state: z.enum(REQUEST_STATES),
  channel: z.enum(CHANNELS),
  receivedAt: instant,
  registeredAt: instant,
  filedAs: z.enum(['member', 'agent', 'privacy_officer']),
  clocks: ClocksSchema,
  counts: z
    .strictObject({
      open: z.int(),
      proposed: z.int(),
      waiting: z.int(),
      executed: z.int(),
      refused: z.int(),
    })
    .meta({ description: 'How many questions are open, wait for a second person, for being done, ...' }),
  allowed: z.array(z.enum(NEXT_STEPS)).meta({ description: 'What the caller may do next with this request' }),
  memberRef: z.string().optional().meta({ description: 'For staff' }),
  takenUpBy: z.string().nullable().optional().meta({ description: 'For officers' }),
}

export const RequestSummarySchema = z.strictObject(summary).meta({ id: 'PrivacyRequestSummary' })

const RoutesSchema = z
  .strictObject({
    authority: z.strictObject({
      name: z.literal(ROUTES.authority.name),
      url: z.literal(ROUTES.authority.url),
    }),
    court: z.strictObject({ law: z.literal(ROUTES.court.law), until: day }),
  })
  .meta({ id: 'ComplaintRoutes', description: 'Where to complain (Art. 12(4) GDPR)' })

export const ItemSchema = z
  .strictObject({
    type: z.enum(REQUEST_TYPES),
    n: z.int(),
    recordingId: z.uuid().nullable().meta({ description: 'Null: the request as a whole, or destroyed' }),
    callStartedAt: instant.nullable().meta({ description: 'Null once the recording is destroyed' }),
    purpose: z.string().nullable(),
    legalBasis: z.string().nullable(),
    rightExists: z.boolean().meta({ description: 'Whether the right exists against this legal basis' }),
    state: z.enum(['open', 'proposed', 'granted', 'partial', 'refused', 'withdrawn']),
    answer: z.string().nullable().meta({ description: 'In plain Dutch' }),
    answerEn: z.string().nullable().meta({
      description: 'The same in English, where nobody wrote it because the word of the member is enough',
    }),
    decidedAt: instant.nullable(),
    executedAt: instant.nullable(),
    result: z.string().nullable().meta({ description: 'Code of what was done' }),
    goneAt: instant.nullable().meta({ description: 'When the recording was destroyed' }),
    refusal: z
      .strictObject({
        code: z.enum(REASON_CODES),
        refusedUntil: day.nullable().meta({ description: 'Last day; then it is carried out without asking' }),
        routes: RoutesSchema,
      })
      .nullable(),
    decidedBy: z.string().nullable().optional().meta({ description: 'For officers' }),
    restriction: z
      .strictObject({
        necessity: z.string(),
        proportionality: z.string(),
        reviewOn: day,
        approvedBy: z.string().nullable(),
      })
      .nullable()
      .optional()
      .meta({ description: 'For officers: the grounds of Art. 41 UAVG' }),
  })
  .meta({ id: 'PrivacyRequestItem' })

export const ItemPageSchema = z
  .strictObject({ items: z.array(ItemSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'PrivacyRequestItemPage' })

export const RequestSchema = z
  .strictObject({
    ...summary,
    message: z.string().nullable(),
    proxy: z
      .strictObject({ relation: z.enum(PROXY_RELATIONS), mandateRef: z.string(), validUntil: day })
      .nullable(),
    identity: z.strictObject({
      state: z.enum(['confirmed', 'unconfirmed', 'asked', 'answered', 'failed']),
      how: z.enum(IDENTITY_METHODS).nullable(),
      doubt: z.string().nullable().meta({ description: 'Why there is reasonable doubt' }),
      question: z.string().nullable(),
      answer: z.string().nullable(),
      askedAt: instant.nullable(),
      answeredAt: instant.nullable(),
    }),
    extension: z
      .strictObject({ reason: z.string(), extendedAt: instant })
      .nullable()
      .meta({ description: 'Why two months were added, and since when the member knows' }),
    fee: z
      .strictObject({
        cents: z.int().meta({ description: '0 unless an officer recorded a lawful ground' }),
        ground: z.string().nullable(),
        note: z.string().nullable(),
        acceptedAt: instant.nullable(),
      })
      .meta({ description: 'In euro cents' }),
    decisionRef: z.string().nullable(),
    transfer: z
      .strictObject({ name: z.string(), address: z.string(), confirmedAt: instant.nullable() })
      .nullable(),
    delivery: z.strictObject({
      deliveredAt: instant.nullable(),
      downloadConfirmedAt: instant.nullable(),
      eraseBy: day.nullable(),
    }),
    routes: RoutesSchema.nullable().meta({ description: 'Present as soon as anything was refused' }),
    endedAt: instant.nullable(),
    steps: z.array(
      z.strictObject({
        at: instant,
        type: z.string(),
        by: z.enum(['member', 'staff', 'service']),
        actor: z.string().optional().meta({ description: 'For officers' }),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    items: z.array(ItemSchema).meta({ description: 'The first 200; the others by the cursor' }),
    itemsCursor: z.string().nullable(),
  })
  .meta({ id: 'PrivacyRequest' })

export const RequestPageSchema = z
  .strictObject({ items: z.array(RequestSummarySchema), nextCursor: z.string().nullable() })
  .meta({ id: 'PrivacyRequestPage' })

export type RequestSummaryJson = z.input<typeof RequestSummarySchema>
export type RequestJson = z.input<typeof RequestSchema>
export type ItemJson = z.input<typeof ItemSchema>

export const AccessPageSchema = z
  .strictObject({
    items: z.array(
      AccessSchema.extend({
        recordingId: z.uuid(),
        callStartedAt: instant.nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'PrivacyRequestAccessPage' })
