import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { lapseOf } from '../access/four-eyes.ts'
import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { mergeRanges } from '../media/time-range.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { AddressRefused } from '../outbound/address.ts'
import type { Outbound } from '../outbound/send.ts'
import {
  checkScope,
  type DisclosureWanted,
  notOfMember,
  type Recipient,
  recipientOf,
  type Scope,
} from './disclosure-model.ts'
import { findDisclosable, insertDisclosure, type Transfer, transferOf } from './disclosure-queries.ts'
import { type Disclosure, type DisclosurePorts, show } from './disclosures.ts'
import { EU_LIST } from './eu-countries.ts'
import { findSupplier } from './supplier-queries.ts'
import { wrong } from './suppliers.ts'

export interface AskPorts extends DisclosurePorts {
  readonly outbound: Pick<Outbound, 'check'>
}

/**
 * Asks for recordings, or parts of them, to be given to somebody outside. Nothing leaves before two others have
 * approved. Throws Problem: `forbidden`, `not_found` where one of the recordings is not there for the actor,
 * `outside_eu`, `invalid_disclosure` naming the field.
 */
export function makeAskDisclosure({ db, clock, outbound }: AskPorts) {
  return async function askDisclosure(actor: Actor, wanted: DisclosureWanted): Promise<Disclosure> {
    const act: Act = { type: 'disclosure.asked', action: 'C', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer', 'fraud_analyst')
      const scope = scopeOf(wanted.recordings)
      if (wanted.pushUrl !== null) await checkAddress(outbound, wanted.pushUrl)
      return db.transaction().execute(async (tx) => {
        const id = await register(tx, act, wanted, scope)
        return show(tx, id, actor)
      })
    })
  }
}

async function register(
  tx: Tx,
  act: Act,
  wanted: DisclosureWanted,
  scope: ReturnType<typeof scopeOf>,
): Promise<string> {
  const { actor, at } = act
  const { recipient: asked } = wanted
  const supplier =
    'supplierId' in asked ? await findSupplier(tx, asked.supplierId, actor.entities) : undefined
  const recipient = recipientOf(wanted, supplier, at)
  const there = await findDisclosable(
    tx,
    scope.map(({ recordingId }) => recordingId),
    actor.entities,
  )
  const transfer = await transferAsked(tx, wanted.privacyRequestId, actor)
  if (there.length < scope.length) throw transfer ? notOfMember() : new Problem('not_found')
  const products = asked.type === 'partner' ? supplier?.products : undefined
  const entity = checkScope(there, { products, memberRef: transfer?.memberRef })
  const confirmedAt = addressConfirmedAt(transfer, wanted)
  const row = rowOf(wanted, recipient, { entity, actor, at, confirmedAt })
  await insertDisclosure(tx, row, scope)
  const { id, recipient_type: recipientType, legal_basis: legalBasis } = row
  const detail = { recipientType, legalBasis, euList: EU_LIST, recordings: scope.length }
  await appendAudit(tx, eventOf({ ...act, entities: [entity] }, { disclosure: id, ...detail }))
  await queueNotice(tx, {
    to: { role: 'privacy_officer', entity },
    kind: 'disclosure_asked',
    about: { type: 'disclosure', id },
    facts: { approveBy: dayOf(row.approve_until) },
    at,
    key: `disclosure_asked ${id}`,
  })
  return id
}

async function transferAsked(
  tx: Tx,
  privacyRequestId: string | null,
  { entities }: Actor,
): Promise<Transfer | undefined> {
  if (privacyRequestId === null) return undefined
  const transfer = await transferOf(tx, privacyRequestId, entities)
  if (!transfer) throw wrong('privacyRequestId', 'is no request that is known here')
  return transfer
}

/** Where the member's own data goes is for the member to confirm, with the request that asks for it. */
function addressConfirmedAt(transfer: Transfer | undefined, { pushUrl }: DisclosureWanted): Date | null {
  if (!transfer || pushUrl === null) return null
  if (transfer.address !== pushUrl || transfer.confirmedAt === null)
    throw wrong('pushUrl', 'is not the address that the member confirmed')
  return transfer.confirmedAt
}

const rowOf = (
  wanted: DisclosureWanted,
  recipient: Recipient,
  { entity, actor, at, confirmedAt }: { entity: string; actor: Actor; at: Date; confirmedAt: Date | null },
) => ({
  id: newId(),
  entity,
  state: 'requested' as const,
  recipient_type: wanted.recipient.type,
  recipient_name: recipient.name,
  recipient_country: recipient.country,
  contact_mail: recipient.contactMail,
  supplier_id: recipient.supplierId,
  agreement_ref: recipient.agreementRef,
  privacy_request_id: wanted.privacyRequestId,
  push_url: wanted.pushUrl,
  push_confirmed_at: confirmedAt,
  eu_list: EU_LIST,
  purpose: wanted.purpose,
  legal_basis: wanted.legalBasis,
  statute: wanted.statute,
  letter_ref: wanted.letterRef,
  reason: wanted.reason,
  channel: wanted.channel,
  return_by: wanted.returnBy,
  requested_by: actor.sub,
  requested_at: at,
  approve_until: lapseOf(at),
  delay_until: wanted.delay?.until ?? null,
  delay_reason: wanted.delay?.reason ?? null,
  delay_by: wanted.delay ? actor.sub : null,
})

/** Each recording once, its parts in order and apart. Throws Problem `invalid_disclosure`. */
function scopeOf(recordings: readonly Scope[]) {
  if (new Set(recordings.map(({ recordingId }) => recordingId)).size < recordings.length)
    throw wrong('recordings', 'names one of them twice')
  return recordings.map(({ recordingId, ranges }) => ({ recordingId, ranges: ranges && partsOf(ranges) }))
}

function partsOf(ranges: NonNullable<Scope['ranges']>) {
  if (ranges.some(({ fromSeconds, toSeconds }) => toSeconds <= fromSeconds))
    throw wrong('recordings', 'a part ends after it begins')
  return mergeRanges(ranges)
}

async function checkAddress(outbound: AskPorts['outbound'], url: string): Promise<void> {
  try {
    await outbound.check(url)
  } catch (error) {
    throw error instanceof AddressRefused ? wrong('pushUrl', error.message) : error
  }
}
