import { z } from 'zod'

/** Control characters, halves of surrogate pairs and bidirectional overrides: they disguise text or break its carriers. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u

const MAX_PURPOSES = 20
const MAX_SENSITIVITIES = 10
const MAX_CHANNELS = 16
export const MAX_SILENCES = 1000
/** Longest call there can be; a longer one is a mistake in a date. */
export const MAX_CALL_SECONDS = 24 * 60 * 60

/** Readable text of the outside, such as a reference. */
export const text = (maxLength: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((value) => !UNSAFE.test(value), 'must not contain control characters')
    .refine((value) => value === value.trim(), 'must not start or end with white space')

/** Names of the catalogue: lower-case words, as in the rules file. */
export const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a name of the catalogue')
const instant = z.iso.datetime({
  offset: true,
  error: 'must be a date and time with a UTC offset (RFC 3339)',
})
const seconds = z.number().min(0, 'must not be negative').max(MAX_CALL_SECONDS, 'must lie within a day')

const unique = <T>(values: readonly T[]): boolean => new Set(values).size === values.length
const NAMED_TWICE = 'must not name anything twice'

export const SilenceSchema = z.strictObject({
  fromSeconds: seconds,
  toSeconds: seconds,
  reason: z.enum(['payment', 'hold']),
})

/** What the telephony system says of a call. Closed: a field it does not name is refused. */
export const MetadataSchema = z
  .strictObject({
    callId: text(200).meta({ description: 'The telephony system’s own id of the call; unique per entity' }),
    startedAt: instant.meta({
      description: 'Recorders: at most 30 days back and 5 minutes ahead; importers: any time in the past',
    }),
    endedAt: instant.nullish(),
    memberRef: text(100)
      .nullable()
      .meta({ description: 'The one member of the call; null when none or several fit (status `unlinked`)' }),
    agentRef: text(100),
    team: text(100).nullish(),
    entity: name.meta({ description: 'The company that answers for the recording' }),
    product: name,
    direction: z.enum(['inbound', 'outbound']),
    language: z
      .string()
      .max(35)
      .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, 'must be a language tag (BCP 47), such as nl'),
    noticeVersion: name.meta({ description: 'The announcement the caller heard' }),
    purposes: z
      .array(name)
      .min(1, 'must name at least one purpose')
      .max(MAX_PURPOSES)
      .refine(unique, NAMED_TWICE),
    sensitivity: z
      .array(name)
      .max(MAX_SENSITIVITIES)
      .refine(unique, NAMED_TWICE)
      .refine((values) => !values.includes('none') || values.length === 1, 'must not add anything to none')
      .meta({ description: 'health, criminal, minor, payment; empty or none when nothing applies' }),
    channels: z
      .array(text(50))
      .min(1)
      .max(MAX_CHANNELS)
      .nullish()
      .meta({ description: 'Who speaks on each channel, in order' }),
    silence: z
      .array(SilenceSchema)
      .max(MAX_SILENCES)
      .nullish()
      .meta({ description: 'Parts that must never be heard, in order and without overlap' }),
    links: z
      .strictObject({
        policy: text(100).nullish(),
        claim: text(100).nullish(),
        complaint: text(100).nullish(),
      })
      .nullish(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .nullish()
      .meta({ description: 'SHA-256 of the audio; a difference is refused' }),
  })
  .meta({ id: 'CallMetadata' })

export type MetadataJson = z.output<typeof MetadataSchema>
