import { sql } from 'kysely'
import { renditionKey } from '../../../../src/storage/keys.ts'
import { leftIn } from '../stage.ts'
import type { Play } from './play.ts'
import type { RecordingTruth } from './truth.ts'

interface Seen {
  readonly id: string
  readonly status: string
  readonly protected: boolean
  readonly started_at: Date | null
  readonly key: boolean
  readonly certificates: number
  readonly begun: number
  readonly finished: number
}

/** Of so many checks of a recording, one looks at its bytes. */
const LOOK_AT_BYTES = 7
const LEAVING = ['quarantined', 'destroying', 'destroyed']

/** What the last look saw, so that a transition is judged with what was true at that moment. */
export type Statuses = Map<string, string>

/** I1 to I6 of the protocol, after every step. Throws an Error that names the broken one. */
export async function checkInvariants(play: Play, statuses: Statuses): Promise<void> {
  const { world, truth } = play
  truth.settle()
  const gone = [...truth.recordings.values()].filter((one) => one.gone).map(({ id }) => id)
  const { rows } = await sql<Seen>`
    select r.id, r.status, not r.is_free as protected, r.started_at,
      exists (select from recording_key k where k.recording_id = r.id) as key,
      (select count(*)::int from certificate c where c.recording_id = r.id) as certificates,
      case when r.status = 'destroyed' then (select count(*)::int from audit_event e
        where e.recording_id = r.id and e.type = 'recording.destruction_started') else 0 end as begun,
      case when r.status = 'destroyed' then (select count(*)::int from audit_event e
        where e.recording_id = r.id and e.type = 'recording.destroyed') else 0 end as finished
    from recording r where not (r.status = 'destroyed' and r.id = any(${gone}::uuid[]))`.execute(world.db)
  for (const row of rows) {
    // Never confirmed: a delivery that the store's absence broke off.
    if (row.status === 'receiving') continue
    const one = truth.recordings.get(row.id)
    if (!one) throw new Error(`recording ${row.id} came from nowhere`)
    await checkOne(play, one, row, statuses.get(row.id))
    statuses.set(row.id, row.status)
  }
  const seen = new Set(rows.map(({ id }) => id))
  const lost = [...truth.recordings.values()].filter((one) => !one.gone && !seen.has(one.id))
  if (lost.length > 0) throw new Error('a row of a recording is gone')
}

async function checkOne(
  play: Play,
  one: RecordingTruth,
  row: Seen,
  before: string | undefined,
): Promise<void> {
  const leaves = before !== row.status && isLeaving(row.status) && !isLeaving(before)
  const rules = isEnding(row.status) ? endingRules(play, one, row, before) : await livingRules(play, one, row)
  const broken = Object.entries({
    'I3: a destroyed recording came back': before === 'destroyed' && row.status !== 'destroyed',
    // A hold may reach it in the same step, after it was taken out of use; that is in order.
    'R2: taken out of use while a purpose keeps it': leaves && play.truth.isKeptByPurpose(one),
    'I1: what was acknowledged is not what protects it': play.truth.isProtected(one) !== row.protected,
    ...rules,
    'I2: destroyed, and something is left':
      row.status === 'destroyed' && !one.gone && (await isLeft(play, row.id)),
  }).flatMap(([rule, isBroken]) => (isBroken ? [rule] : []))
  one.gone ||= row.status === 'destroyed'
  if (broken.length > 0)
    throw new Error(`${broken.join('; ')} (${before} -> ${row.status}, day ${play.truth.today})`)
}

const isLeaving = (status: string | undefined): boolean => LEAVING.includes(status ?? '')
const isEnding = (status: string): boolean => status === 'destroying' || status === 'destroyed'

async function livingRules({ world, truth }: Play, one: RecordingTruth, row: Seen) {
  // Bytes do not come back: looking now and then finds their loss just as well.
  const looks = truth.looks++ % LOOK_AT_BYTES === 0
  return {
    'R1: the audio is gone': looks && !(await world.store.head(renditionKey(row.id, 'original'))),
    'I5: the clock of a recording was moved': row.started_at?.getTime() !== startOf(one),
    'a certificate of something that exists': row.certificates > 0,
  }
}

function endingRules({ truth }: Play, one: RecordingTruth, row: Seen, before: string | undefined) {
  const isGone = row.status === 'destroyed'
  return {
    'I1: held, requested or restricted, and gone': truth.isProtected(one) && before !== row.status,
    'the key outlived the recording': isGone && row.key,
    'I4: destroyed without its events': isGone && (row.begun < 1 || row.finished !== 1),
    'I6: not one certificate': row.certificates !== (isGone ? 1 : 0),
  }
}

/** What the store cannot list now is looked at in the end. */
const isLeft = async ({ world }: Play, id: string): Promise<boolean> =>
  !world.fault.active && (await leftIn(world.store, id)) > 0

const startOf = ({ callDay }: RecordingTruth): number =>
  Date.UTC(2026, 2, 2, 12) + callDay * 86_400_000 - 600_000
