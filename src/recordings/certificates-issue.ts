import type { Signer } from '../audit/sign.ts'
import type { Tx } from '../db/database.ts'
import {
  certificatesOf,
  insertCertificates,
  lockHead,
  rememberKey,
  type SignedCertificate,
} from './certificate-queries.ts'
import { type CertificateOrigin, certifyInOrder, type Destruction } from './certify.ts'

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
  { signer, origin }: CertificatePorts,
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
  const made = certifyInOrder(fresh, origin, head)
  const signed = made.certificates.map((certificate) => ({
    no: certificate.no,
    recordingId: certificate.recordingId,
    jws: signer.sign(JSON.stringify(certificate)),
  }))
  await rememberKey(tx, signer.publicJwk, now)
  await insertCertificates(tx, signed, made.head, now)
  return [...existing, ...signed]
}
