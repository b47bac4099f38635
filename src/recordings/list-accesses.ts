import { z } from 'zod'
import { type Actor, hasRole, ROLES } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type AccessRow, type DisclosedRow, findAccesses, findDisclosed } from './accesses-queries.ts'
import { findRecording } from './find-queries.ts'
import { durationSeconds, subjectOf, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'

export const AccessListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        firstAt: z.iso.datetime({ offset: true }),
        lastAt: z.iso.datetime({ offset: true }),
        action: z.enum(['listened', 'copied', 'disclosed']),
        recipient: z.string().optional().meta({ description: 'Of what was disclosed: to whom, by name' }),
        byYou: z.boolean(),
        breakGlass: z.boolean().meta({ description: 'Opened in an emergency' }),
        roles: z.array(z.enum(ROLES)),
        purpose: z.string().nullable(),
        heardSeconds: z.number().nullable().meta({
          description: 'Length of what was sent, by its share of the bytes; a part heard twice counts twice',
        }),
        durationSeconds: z.number().nullable(),
        actor: z.string().nullable().optional().meta({ description: 'Not shown to members' }),
        caseRef: z.string().nullable().optional().meta({ description: 'Not shown to members' }),
      }),
    ),
  })
  .meta({ id: 'AccessList' })

type AccessJson = z.input<typeof AccessListSchema>['items'][number]

export interface ListAccessesPorts {
  readonly db: Database
  readonly trail: AuditTrail
  readonly clock: Clock
}

/** Who listened to a recording (Art. 15 GDPR): for the member, the privacy officer and the auditor. */
export function makeListAccesses({ db, trail, clock }: ListAccessesPorts) {
  return async function listAccesses(actor: Actor, id: string): Promise<{ items: AccessJson[] }> {
    const now = clock.now()
    const row = await findRecording(db, idToLookUp(id), scopeOf(actor))
    const decision = row ? can(actor, 'accesses', subjectOf(row, row.tags.map(tagOf)), now) : 'not_found'
    await recordRead(trail, { type: 'recording.accesses_viewed', actor, at: now, decision, id })
    if (!row) throw new Problem('not_found')
    const isOfficer = row.member_ref !== actor.memberRef && hasRole(actor, 'privacy_officer', 'auditor')
    const accesses = await findAccesses(db, row.id)
    const disclosed = await findDisclosed(db, row.id, isOfficer ? null : dayOf(now))
    const seconds = durationSeconds(row)
    const items = [
      ...accesses.map((access) => present(access, actor, seconds, isOfficer)),
      ...disclosed.map((one) => presentDisclosed(one, seconds)),
    ]
    return { items: items.toSorted((one, other) => other.lastAt.localeCompare(one.lastAt)) }
  }
}

function present(row: AccessRow, actor: Actor, seconds: number | null, isOfficer: boolean): AccessJson {
  const { sent_bytes: sent, total_bytes: total } = row
  const isKnown = seconds !== null && sent !== null && total !== null && total > 0
  return {
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    action: row.type === 'recording.copied' ? 'copied' : 'listened',
    byYou: row.actor_sub === actor.sub,
    breakGlass: row.break_glass,
    roles: ROLES.filter((role) => row.actor_roles.includes(role)),
    purpose: row.purpose,
    heardSeconds: isKnown ? Math.round((seconds * sent) / total) : null,
    durationSeconds: seconds,
    ...(isOfficer ? { actor: row.actor_sub, caseRef: row.case_ref } : {}),
  }
}

/** Given to somebody outside, who is named: categories of recipients would not do (CJEU C-154/21). */
const presentDisclosed = ({ at, recipient, purpose }: DisclosedRow, seconds: number | null): AccessJson => ({
  ...{ firstAt: at.toISOString(), lastAt: at.toISOString(), action: 'disclosed', recipient, purpose },
  ...{ byYou: false, breakGlass: false, roles: [], heardSeconds: null, durationSeconds: seconds },
})
