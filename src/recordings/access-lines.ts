import { z } from 'zod'
import { type Actor, ROLES } from '../access/actor.ts'
import type { Database } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import {
  type AccessRow,
  type AskedName,
  AUTOMATIC_TASKS,
  type AutomaticRow,
  type DisclosedRow,
  findAccesses,
  findAskedNames,
  findAutomatic,
  findDisclosed,
  heardSeconds,
  type LinesPage,
} from './accesses-queries.ts'

/** One line of who listened. */
export const AccessSchema = z.strictObject({
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
    description: 'Last day on which the member does not see the line (Art. 41 UAVG); not shown to members',
  }),
  actor: z.string().nullable().optional().meta({ description: 'Not shown to members' }),
  caseRef: z.string().nullable().optional().meta({ description: 'Not shown to members' }),
})

export type AccessJson = z.input<typeof AccessSchema>

/** A line, and where it stands in the list of which it is a part. */
export interface AccessLine {
  readonly recordingId: string
  readonly place: { readonly at: Date; readonly id: string }
  readonly line: AccessJson
}

interface Look {
  readonly actor: Actor
  /** Whether accounts, cases and what is withheld are told. */
  readonly isOfficer: boolean
  readonly today: CalendarDay
}

/**
 * Who listened to these recordings, to whom they were given, and what the service did by itself, newest first;
 * `calls` has the length of each in seconds.
 */
export async function accessLinesOf(
  db: Database,
  calls: ReadonlyMap<string, number | null>,
  { actor, isOfficer, today }: Look,
  page?: LinesPage,
): Promise<AccessLine[]> {
  const ids = [...calls.keys()]
  const accesses = await findAccesses(db, ids, { today, withheld: isOfficer }, page)
  const disclosed = await findDisclosed(db, ids, isOfficer ? null : today, page)
  const automatic = await findAutomatic(db, ids, page)
  const names = isOfficer ? new Map() : await findAskedNames(db, ids, actor.memberRef ?? '')
  const secondsOf = ({ recording_id }: { recording_id: string }) => calls.get(recording_id) ?? null
  const lines = [
    ...accesses.map((row) => ({
      ...{ recordingId: row.recording_id, place: { at: row.last_at, id: row.id } },
      line: {
        ...present(row, actor, secondsOf(row)),
        ...(isOfficer ? forOfficers(row) : nameOf(names.get(row.id))),
      },
    })),
    ...disclosed.map((row) => ({
      ...{ recordingId: row.recording_id, place: { at: row.at, id: row.recording_id } },
      line: presentDisclosed(row, secondsOf(row)),
    })),
    ...automatic.map((row) => ({
      ...{ recordingId: row.recording_id, place: { at: row.at, id: row.id } },
      line: presentAutomatic(row, secondsOf(row)),
    })),
  ]
  return lines.toSorted(newestFirst).slice(0, page?.limit)
}

const newestFirst = ({ place: one }: AccessLine, { place: other }: AccessLine): number =>
  other.at.getTime() - one.at.getTime() || (other.id < one.id ? -1 : 1)

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

const presentAutomatic = ({ at, task }: AutomaticRow, seconds: number | null): AccessJson => ({
  ...{ firstAt: at.toISOString(), lastAt: at.toISOString(), action: 'automatic', task, purpose: null },
  ...{ ...NOBODY, durationSeconds: seconds },
})
