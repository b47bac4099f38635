import { appendAudit } from '../audit/append.ts'
import { awaitErasure } from '../audit/expire-queries.ts'
import { dayOf } from '../kernel/calendar.ts'
import { forgetRecordings } from '../notices/old-notices.ts'
import { queueWebhookEvents } from '../notices/queue-webhook-event.ts'
import { countsOf } from './anonymous-cells.ts'
import { addCounts } from './anonymous-queries.ts'
import { issueCertificates } from './certificates-issue.ts'
import type { Certificate, Destruction } from './certify.ts'
import { writeDestructionList } from './destruction-list.ts'
import { notifyRecipients } from './notify-recipients.ts'
import { destroyedEvent, purgeEvent } from './purge-event.ts'
import {
  bookInForce,
  deleteBelongings,
  type Going,
  lockGoing,
  staying,
  writeTombstones,
} from './purge-finish-queries.ts'
import { endPackages } from './purge-packages-queries.ts'
import type { PurgePorts } from './purge-ports.ts'
import type { Claim } from './purge-queries.ts'
import { forgetRequests } from './purge-requests-queries.ts'
import { forgetSamples } from './purge-samples-queries.ts'
import { setReplayedTo } from './replay-queries.ts'

/** A claim whose objects a listing has shown to be gone. */
export interface Proven {
  readonly claim: Claim
  readonly versions: number
  readonly uploads: number
  readonly removedBy: Certificate['removedBy']
}

/**
 * The last step, for all of them in one transaction: forget the recordings, certify, count what is to be
 * counted, account for it, and put it on the list outside the database. Returns the ids that are now
 * destroyed; the others were taken over by somebody else. Throws ObjectStoreError when the list cannot be
 * written: then nothing has changed.
 */
export async function finish(
  ports: PurgePorts,
  proven: readonly Proven[],
  startedAt: Date,
): Promise<ReadonlySet<string>> {
  if (proven.length === 0) return new Set()
  const { db, store, clock, signer } = ports
  return db.transaction().execute(async (tx) => {
    const going = await lockGoing(
      tx,
      proven.map(({ claim }) => claim),
    )
    if (going.length === 0) return new Set()
    const now = clock.now()
    const ids = going.map(({ id }) => id)
    const counts = countsOf(going, await staying(tx, going))
    const ruleBook = await bookInForce(tx, dayOf(now))
    await endPackages(tx, ids, now)
    await deleteBelongings(tx, ids)
    await forgetSamples(tx, ids, now)
    await forgetRequests(tx, ids, now)
    await forgetRecordings(tx, ids)
    await notifyRecipients(tx, ids, 'erased', now)
    await writeTombstones(tx, ids, now)
    await awaitErasure(tx, ids, now)
    const proofs = new Map(proven.map((one) => [one.claim.id, one]))
    const destructions = going.flatMap((one) => {
      const proof = proofs.get(one.id)
      return proof ? [destructionOf(one, proof, { ruleBook, startedAt, now, signer })] : []
    })
    const certificates = await issueCertificates(tx, ports, destructions, now)
    await addCounts(tx, counts)
    const numbers = new Map(certificates.map(({ recordingId, no }) => [recordingId, no]))
    const events = going.map((one) =>
      purgeEvent('recording.destroyed', 'ok', one.id, now, {
        fence: one.fence,
        versions: proofs.get(one.id)?.versions ?? 0,
        uploads: proofs.get(one.id)?.uploads ?? 0,
        purposes: one.tags.map(({ purpose, rule, retainUntil }) => ({ purpose, rule, retainUntil })),
        method: 'version-delete+key-destroy',
        certificate: numbers.get(one.id),
      }),
    )
    await appendAudit(tx, ...events)
    await queueWebhookEvents(
      tx,
      going.map(({ id, entity }) => destroyedEvent(id, entity, numbers.get(id) ?? null, now)),
    )
    await setReplayedTo(tx, now)
    // Before the commit: what is on no list would come back with a restored backup and stay.
    await writeDestructionList(store, certificates, now)
    return new Set(ids)
  })
}

function destructionOf(
  going: Going,
  { versions, uploads, removedBy }: Proven,
  circumstances: {
    readonly ruleBook: number | null
    readonly startedAt: Date
    readonly now: Date
    readonly signer: PurgePorts['signer']
  },
): Destruction {
  const { ruleBook, startedAt, now, signer } = circumstances
  const named = (role: 'bulk_approver' | 'reviewer') => (person: string) => ({
    role,
    person: signer.pseudonym(person),
  })
  return {
    recordingId: going.id,
    entity: going.entity,
    purposes: going.tags.map(({ purpose, legalBasis, rule, trigger, retainUntil }) => ({
      purpose,
      legalBasis,
      rule,
      trigger,
      retainUntil,
    })),
    ruleBook,
    renditions: going.renditions,
    versions,
    uploads,
    removedBy,
    approvers: [...going.approvers.map(named('bulk_approver')), ...going.reviewers.map(named('reviewer'))],
    startedAt,
    finishedAt: now,
  }
}
