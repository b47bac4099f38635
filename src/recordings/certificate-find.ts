import { isEngaged } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { type PublicJwk, payloadOf, type Signer } from '../audit/sign.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { certificateByNo, certificatesAbout, listCertificates, publicKeys } from './certificate-queries.ts'
import type { Certificate } from './certify.ts'

/** A certificate and the signature that proves it; the payload of the JWS is exactly the certificate. */
export interface ProvenCertificate {
  readonly certificate: Certificate
  readonly jws: string
}

const NUMBER = /^[1-9]\d{0,14}$/

/** Finds a certificate by its number, for anybody. Throws Problem: `not_found`. */
export function makeFindCertificate({ db }: { readonly db: Database }) {
  return async function findCertificate(no: string): Promise<ProvenCertificate> {
    const row = NUMBER.test(no) ? await certificateByNo(db, Number(no)) : undefined
    if (!row) throw new Problem('not_found')
    return proven(row.jws)
  }
}

export interface CertificatesWanted {
  /** Only those about one recording, the oldest first. */
  readonly recordingId?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface CertificatePage {
  readonly items: readonly ProvenCertificate[]
  readonly nextCursor: string | null
}

/**
 * Finds what was certified, for those who have business with the entity: everybody else knows the number or
 * nothing. All of one recording at once; otherwise page by page, the newest first. Throws Problem:
 * `forbidden`, `invalid_request`.
 */
export function makeFindCertificates({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function findCertificates(actor: Actor, wanted: CertificatesWanted): Promise<CertificatePage> {
    const at = clock.now()
    const event = { type: 'certificate.looked_up', action: 'R', actor, at } as const
    if (!mayReadRecords(actor, at)) {
      await appendAudit(db, { ...event, outcome: 'denied', code: 'forbidden' })
      throw new Problem('forbidden')
    }
    if (wanted.recordingId !== undefined) {
      const id = idToLookUp(wanted.recordingId)
      const rows = await certificatesAbout(db, id, actor.entities)
      await appendAudit(db, { ...event, outcome: 'ok', ...(rows.length > 0 ? { recordingId: id } : {}) })
      return { items: rows.map(({ jws }) => proven(jws)), nextCursor: null }
    }
    const page = { entities: actor.entities, below: placeOf(wanted.cursor), limit: wanted.limit + 1 }
    const found = await listCertificates(db, page)
    const rows = found.slice(0, wanted.limit)
    await appendAudit(db, { ...event, outcome: 'ok', detail: { count: rows.length } })
    const nextCursor = found.length > rows.length ? String(rows.at(-1)?.no) : null
    return { items: rows.map(({ jws }) => proven(jws)), nextCursor }
  }
}

/** The cursor is the number that the page before ended with. */
function placeOf(cursor: string | undefined): number | null {
  if (cursor === undefined) return null
  if (NUMBER.test(cursor)) return Number(cursor)
  throw new Problem('invalid_request', {
    errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
  })
}

/** Pure: whether the actor accounts for destructions today. */
export const mayReadRecords = (actor: Actor, now: Date): boolean =>
  hasRole(actor, 'privacy_officer', 'records_manager', 'auditor') && isEngaged(actor, now)

/** Lists every key that ever signed here, and the one that signs next. */
export function makeListSigningKeys({ db, signer }: { readonly db: Database; readonly signer: Signer }) {
  return async function listSigningKeys(): Promise<readonly PublicJwk[]> {
    const used = await publicKeys(db)
    return used.some(({ kid }) => kid === signer.publicJwk.kid) ? used : [...used, signer.publicJwk]
  }
}

const proven = (jws: string): ProvenCertificate => ({
  certificate: JSON.parse(payloadOf(jws)) as Certificate,
  jws,
})
