import { createHash } from 'node:crypto'
import { z } from 'zod'
import { addPeriod, dayOf } from '../kernel/calendar.ts'

const Month = z.string().regex(/^\d{4}-\d{2}$/)
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Instant = z.iso.datetime({ offset: true })

const CertifiedPurpose = z.strictObject({
  purpose: z.string(),
  legalBasis: z.string(),
  rule: z.string().meta({ description: 'id@version of the rule that set the end' }),
  countedFrom: z.string().meta({ description: 'Kind of event, never which one' }),
  endedIn: Month.nullable().meta({
    description: 'Month of the last day; the day would tell the day of the call. Null: it had no end',
  }),
})

/**
 * Proof that one recording, or the replaced versions of the audio of one, are gone, without anything that
 * tells whose it was.
 */
export const CertificateSchema = z
  .strictObject({
    no: z.int().positive().meta({ description: 'Without gaps' }),
    recordingId: z.uuid().meta({ description: 'Random; means nothing outside the service' }),
    entity: z.string(),
    recordClass: z.enum(['telephone-recording', 'replaced-version']).meta({
      description: 'All of a recording, or versions of its audio that silence has taken the place of',
    }),
    purposes: z.array(CertifiedPurpose),
    authority: z.strictObject({
      kind: z.enum(['retention-rules', 'payment-finding']),
      rules: z.array(z.string()),
      ruleBook: z.int().nullable().meta({ description: 'Approved version of all rules that was in force' }),
    }),
    method: z.enum(['version-delete+key-destroy', 'version-delete']).meta({
      description: 'The key of a recording stays as long as something of it does',
    }),
    removedBy: z.enum(['service', 'store-lifecycle']),
    store: z.strictObject({
      kind: z.enum(['file', 's3']),
      region: z.string().nullable(),
      bucket: z.string().nullable().meta({ description: 'First 16 digits of the SHA-256 of its name' }),
    }),
    versionsRemoved: z.int().nonnegative(),
    uploadsAborted: z.int().nonnegative(),
    renditions: z.array(z.string()),
    ciphertextSha256: z.array(Sha256).meta({
      description: 'Of the encrypted objects; a hash of the audio would let holders of a copy recognise it',
    }),
    startedAt: Instant,
    finishedAt: Instant,
    executor: z.string(),
    approvers: z.array(
      z.strictObject({
        role: z.enum(['bulk_approver', 'reviewer', 'privacy_officer']),
        person: z.string().meta({ description: 'Pseudonym' }),
      }),
    ),
    verification: z.strictObject({
      method: z.literal('listing'),
      versionsLeft: z.literal(0),
      uploadsLeft: z.literal(0),
    }),
    backupsGoneBy: z.iso
      .date()
      .meta({ description: 'Last day on which a backup may hold ciphertext or metadata' }),
    supplierConfirmations: z.array(z.string()),
    previousSha256: Sha256.meta({ description: 'Of the certificate before; zeros for the first' }),
  })
  .meta({ id: 'DestructionCertificate' })

export type Certificate = z.output<typeof CertificateSchema>

/** Where destructions happen and by what; the same for all of one service. */
export interface CertificateOrigin {
  readonly store: Certificate['store']
  readonly executor: string
  /** Days after which no backup of database or store exists any more. */
  readonly backupDays: number
}

/** What was destroyed: a recording, or versions of its audio that were replaced. */
export type Subject = 'recording' | 'version'

/** One destruction that was proven by listing. */
export interface Destruction {
  readonly recordingId: string
  readonly entity: string
  readonly purposes: readonly {
    readonly purpose: string
    readonly legalBasis: string
    readonly rule: string
    readonly trigger: string
    readonly retainUntil: string | null
  }[]
  readonly ruleBook: number | null
  readonly renditions: readonly { readonly name: string; readonly cipherSha256: string | null }[]
  readonly versions: number
  readonly uploads: number
  readonly removedBy: Certificate['removedBy']
  readonly approvers: Certificate['approvers']
  readonly startedAt: Date
  readonly finishedAt: Date
}

/** Its place in the chain of all certificates. */
export interface Place {
  readonly no: number
  readonly previousSha256: string
}

/** The bucket as a certificate names it: recognisable to who knows the name, no help to who does not. */
export const bucketCode = (bucket: string): string => sha256Of(bucket).slice(0, 16)

const SUBJECTS = {
  recording: {
    recordClass: 'telephone-recording',
    authority: 'retention-rules',
    method: 'version-delete+key-destroy',
  },
  version: { recordClass: 'replaced-version', authority: 'payment-finding', method: 'version-delete' },
} as const

/** Pure: what is certified of a destruction. Of the call it tells nothing finer than a month. */
export function certify(
  one: Destruction,
  origin: CertificateOrigin,
  place: Place,
  subject: Subject = 'recording',
): Certificate {
  const { recordClass, authority, method } = SUBJECTS[subject]
  const purposes = one.purposes.map(({ trigger, retainUntil, ...rest }) => ({
    ...rest,
    countedFrom: trigger,
    endedIn: retainUntil?.slice(0, 'YYYY-MM'.length) ?? null,
  }))
  return {
    no: place.no,
    recordingId: one.recordingId,
    entity: one.entity,
    recordClass,
    purposes,
    authority: {
      kind: authority,
      rules: [...new Set(purposes.map(({ rule }) => rule))],
      ruleBook: one.ruleBook,
    },
    method,
    removedBy: one.removedBy,
    store: origin.store,
    versionsRemoved: one.versions,
    uploadsAborted: one.uploads,
    renditions: one.renditions.map(({ name }) => name),
    ciphertextSha256: one.renditions.flatMap(({ cipherSha256 }) => cipherSha256 ?? []),
    startedAt: one.startedAt.toISOString(),
    finishedAt: one.finishedAt.toISOString(),
    executor: origin.executor,
    approvers: one.approvers,
    verification: { method: 'listing', versionsLeft: 0, uploadsLeft: 0 },
    backupsGoneBy: addPeriod(dayOf(one.finishedAt), `P${origin.backupDays}D`),
    supplierConfirmations: [],
    previousSha256: place.previousSha256,
  }
}

/** Pure: the certificates of several destructions, each naming the hash of the one before. */
export function certifyInOrder(
  destructions: readonly Destruction[],
  origin: CertificateOrigin,
  head: { readonly no: number; readonly sha256: string },
  subject: Subject = 'recording',
): { readonly certificates: readonly Certificate[]; readonly head: { no: number; sha256: string } } {
  let { no, sha256 } = head
  const certificates = destructions.map((one) => {
    no += 1
    const certificate = certify(one, origin, { no, previousSha256: sha256 }, subject)
    sha256 = sha256Of(JSON.stringify(certificate))
    return certificate
  })
  return { certificates, head: { no, sha256 } }
}

/** What the next certificate names as the hash of the one before: of its exact, signed text. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')
