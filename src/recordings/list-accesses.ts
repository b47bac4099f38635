import { z } from 'zod'
import { type Actor, hasRole, ROLES } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import {
  type AccessRow,
  type AskedName,
  AUTOMATIC_TASKS,
  type AutomaticTask,
  type DisclosedRow,
  findAccesses,
  findAskedNames,
  findAutomatic,
  findDisclosed,
  heardSeconds,
} from './accesses-queries.ts'
import { findRecording } from './find-queries.ts'
import { durationSeconds, subjectOf, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'

export const AccessListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: z
          .uuid()
          .nullable()
          .meta({ description: 'Of the line, to ask who was behind it; null: of nobody here' }),
        firstAt: z.iso.datetime({ offset: true }),
        lastAt: z.iso.datetime({ offset: true }),
        action: z.enum(['listened', 'copied', 'disclosed', 'automatic']),
        task: z.enum(AUTOMATIC_TASKS).optional().meta({
          description: 'Of what the service did by itself: it made the sound playable, or took parts out',
        }),
        recipient: z.string().optional().meta({ description: 'Of what was disclosed: to whom, by name' }),
        byYou: z.boolean(),
        breakGlass: z.boolean().meta({ description: 'Opened in an emergency' }),
        roles: z.array(z.enum(ROLES)),
        purpose: z.string().nullable(),
        heardSeconds: z.number().nullable().meta({
          description:
            'Length of what was sent that day, by its share of the bytes; a part heard twice counts twice',
        }),
        durationSeconds: z.number().nullable(),
        nameRequest: z
          .enum(['open', 'refused', 'revealed'])
          .optional()
          .meta({ description: 'To the member who asked who it was' }),
        name: z.string().optional().meta({ description: 'To that member, once two officers agreed' }),
        withheldUntil: z.iso.date().nullable().optional().meta({
          description:
            'Last day on which the member does not see the line (Art. 41 UAVG); not shown to members',
        }),
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
    const today = dayOf(now)
    const accesses = await findAccesses(db, row.id, { today, withheld: isOfficer })
    const disclosed = await findDisclosed(db, row.id, isOfficer ? null : today)
    const automatic = await findAutomatic(db, row.id)
    const names = isOfficer ? new Map() : await findAskedNames(db, row.id, actor.memberRef ?? '')
    const seconds = durationSeconds(row)
    const items = [
      ...accesses.map((access) => ({
        ...present(access, actor, seconds),
        ...(isOfficer ? forOfficers(access) : nameOf(names.get(access.id))),
      })),
      ...disclosed.map((one) => presentDisclosed(one, seconds)),
      ...automatic.map((one) => presentAutomatic(one, seconds)),
    ]
    return { items: items.toSorted((one, other) => other.lastAt.localeCompare(one.lastAt)) }
  }
}

const present = (row: AccessRow, actor: Actor, seconds: number | null): AccessJson => ({
  ...{ id: row.id, firstAt: row.first_at.toISOString(), lastAt: row.last_at.toISOString() },
  action: row.type === 'recording.copied' ? 'copied' : 'listened',
  byYou: row.actor_sub === actor.sub,
  breakGlass: row.break_glass,
  roles: ROLES.filter((role) => row.actor_roles.includes(role)),
  purpose: row.purpose,
  heardSeconds: heardSeconds(row, seconds),
  durationSeconds: seconds,
})

const forOfficers = (row: AccessRow) => ({
  ...{ actor: row.actor_sub, caseRef: row.case_ref, withheldUntil: row.withheld_until },
})

/** A proposal that waits for its second officer is no answer yet. */
const nameOf = (asked: AskedName | undefined): Pick<AccessJson, 'nameRequest' | 'name'> => {
  if (!asked) return {}
  if (asked.state === 'revealed' && asked.name !== null) return { nameRequest: 'revealed', name: asked.name }
  return { nameRequest: asked.state === 'refused' ? 'refused' : 'open' }
}

const NOBODY = { id: null, byYou: false, breakGlass: false, roles: [], heardSeconds: null }

/** Given to somebody outside, who is named: categories of recipients would not do (CJEU C-154/21). */
const presentDisclosed = ({ at, recipient, purpose }: DisclosedRow, seconds: number | null): AccessJson => ({
  ...{ firstAt: at.toISOString(), lastAt: at.toISOString(), action: 'disclosed', recipient, purpose },
  ...{ ...NOBODY, durationSeconds: seconds },
})

const presentAutomatic = (
  { at, task }: { readonly at: Date; readonly task: AutomaticTask },
  seconds: number | null,
): AccessJson => ({
  ...{ firstAt: at.toISOString(), lastAt: at.toISOString(), action: 'automatic', task, purpose: null },
  ...{ ...NOBODY, durationSeconds: seconds },
})
