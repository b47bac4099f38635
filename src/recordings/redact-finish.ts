import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { renditionKey } from '../storage/keys.ts'
import type { ObjectVersion } from '../storage/object-store.ts'
import { queueWork } from './audio-work-queries.ts'
import { lastVersionCertificate } from './certificate-queries.ts'
import { issueVersionCertificate } from './certificates-issue.ts'
import type { Destruction } from './certify.ts'
import { writeReplacedList } from './destruction-list.ts'
import type { RedactPorts } from './redact.ts'
import { type Destroyed, destroyVersions } from './redact-destroy.ts'
import { deleteReplaced, type ReplacedVersion, readRedaction, replacedOf } from './redact-queries.ts'
import { lockStorable, readStorable, type Storable } from './rendition-queries.ts'

/**
 * The second half of a redaction, inside a turn: everything that no row names any more is destroyed, a listing
 * proves it, and one certificate says so. Then what people listen to is made anew.
 */
export async function finishRedaction(ports: RedactPorts, tx: Tx, id: string): Promise<void> {
  const row = await readStorable(tx, id)
  const state = await readRedaction(tx, id)
  const replaced = await replacedOf(tx, id)
  // Found again since the original was replaced: whoever found it has asked for all of this once more.
  if (!row || !state || state.isFound || replaced.length === 0) return
  const destroyed = await destroyVersions(ports.store, {
    recordingId: id,
    isDoomed: unnamedBy(id, row),
    mayLift: state.wasHeld,
  })
  // Whoever destroys the recording as a whole certifies all of it; who found more has asked for all of this again.
  if (!(await lockStorable(tx, id)) || (await readRedaction(tx, id))?.isFound) return
  const now = ports.clock.now()
  const destruction = destructionOf(ports, { id, entity: state.entity, replaced, destroyed, now })
  const { no } = await issueVersionCertificate(tx, ports, destruction, now)
  await deleteReplaced(tx, id)
  if (ports.engine) await queueWork(tx, id, 'playback', now)
  await appendAudit(tx, {
    ...{ type: 'recording.versions_destroyed', action: 'D', outcome: 'ok', at: now, actor: null },
    recordingId: id,
    detail: { ...destroyed, certificate: no, method: 'version-delete' },
  })
}

/**
 * Puts the certificate on the list outside the database, so that a restored backup does not give its number out
 * again. After the commit, because what is on the list counts as issued; written twice it says the same.
 */
export async function listCertificate({ db, store, clock }: RedactPorts, id: string): Promise<void> {
  const certificate = await lastVersionCertificate(db, id)
  if (certificate) await writeReplacedList(store, certificate, clock.now())
}

function unnamedBy(id: string, { versions }: Storable): (version: ObjectVersion) => boolean {
  const named = new Map(versions.map(({ name, versionId }) => [renditionKey(id, name), versionId]))
  return ({ key, versionId }) => named.get(key) !== versionId
}

interface Proof {
  readonly id: string
  readonly entity: string
  readonly replaced: readonly ReplacedVersion[]
  readonly destroyed: Destroyed
  readonly now: Date
}

function destructionOf({ signer }: RedactPorts, proof: Proof): Destruction {
  const { id, entity, replaced, destroyed, now } = proof
  const askers = [...new Set(replaced.map(({ askedBy }) => askedBy))]
  return {
    recordingId: id,
    entity,
    purposes: [],
    ruleBook: null,
    renditions: replaced.map(({ name, cipherSha256 }) => ({
      name,
      cipherSha256: cipherSha256?.toString('hex') ?? null,
    })),
    // A listing has shown that they are gone, also those that an attempt removed before it died.
    versions: Math.max(destroyed.versions, replaced.length),
    uploads: destroyed.uploads,
    removedBy: 'service',
    approvers: askers.map((person) => ({ role: 'privacy_officer', person: signer.pseudonym(person) })),
    startedAt: replaced[0]?.askedAt ?? now,
    finishedAt: now,
  }
}
