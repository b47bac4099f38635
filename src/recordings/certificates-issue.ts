import type { Signer } from '../audit/sign.ts'
import type { Tx } from '../db/database.ts'
import {
  certificatesOf,
  insertCertificates,
  lockHead,
  rememberKey,
  type SignedCertificate,
} from './certificate-queries.ts'
import { type CertificateOrigin, certifyInOrder, type Destruction, type Subject } from './certify.ts'

export interface CertificatePorts {
  readonly signer: Signer
  readonly origin: CertificateOrigin
}

/**
 * Certifies proven destructions in the transaction that writes their tombstones: numbers without gaps,
 * each certificate naming the hash of the one before. A recording that has a certificate keeps it and
 * gets no second one. Returns one certificate for each recording. The chain stays locked until the
 * transaction ends.
 */
export async function issueCertificates(
  tx: Tx,
  ports: CertificatePorts,
  destructions: readonly Destruction[],
  now: Date,
): Promise<readonly SignedCertificate[]> {
  const head = await lockHead(tx)
  const existing = await certificatesOf(
    tx,
    destructions.map(({ recordingId }) => recordingId),
  )
  const certified = new Set(existing.map(({ recordingId }) => recordingId))
  const fresh = destructions.filter(({ recordingId }) => !certified.has(recordingId))
  if (fresh.length === 0) return existing
  return [...existing, ...(await extendChain(tx, ports, fresh, { head, now, subject: 'recording' }))]
}

/**
 * Certifies that replaced versions of one recording's audio are gone; it may get more such certificates, and
 * one of its own later. The chain stays locked until the transaction ends.
 */
export async function issueVersionCertificate(
  tx: Tx,
  ports: CertificatePorts,
  destruction: Destruction,
  now: Date,
): Promise<SignedCertificate> {
  const head = await lockHead(tx)
  const [certificate] = await extendChain(tx, ports, [destruction], { head, now, subject: 'version' })
  if (!certificate) throw new TypeError('a destruction has a certificate')
  return certificate
}

interface Link {
  readonly head: { readonly no: number; readonly sha256: string }
  readonly now: Date
  readonly subject: Subject
}

async function extendChain(
  tx: Tx,
  { signer, origin }: CertificatePorts,
  destructions: readonly Destruction[],
  { head, now, subject }: Link,
): Promise<readonly SignedCertificate[]> {
  const made = certifyInOrder(destructions, origin, head, subject)
  const signed = made.certificates.map((certificate) => ({
    no: certificate.no,
    recordingId: certificate.recordingId,
    subject,
    jws: signer.sign(JSON.stringify(certificate)),
  }))
  await rememberKey(tx, signer.publicJwk, now)
  await insertCertificates(tx, signed, made.head, now)
  return signed
}
