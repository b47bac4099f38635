import { setTimeout as pause } from 'node:timers/promises'
import { appendAudit } from '../audit/append.ts'
import { DigestTable } from '../kernel/digest-table.ts'
import { newId } from '../kernel/ids.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { currentRequestId, runWithRequestId } from '../telemetry/request-id.ts'
import {
  type CheckPorts,
  checkRow,
  type FitRow,
  findingsOf,
  type ImportFinding,
  rehearse,
} from './import-check.ts'
import { wasConfirmed } from './import-queries.ts'
import { declaredTypeOf, type ImportRow } from './import-row.ts'
import type { ImportState } from './import-state.ts'
import type { Ingest } from './ingest.ts'

export interface ImportPorts extends CheckPorts {
  readonly ingest: Ingest
  readonly state: ImportState
}

export interface ImportOrder {
  readonly rows: AsyncGenerator<ImportRow>
  readonly dryRun: boolean
  /** Rows that are worked on at the same time. */
  readonly concurrency: number
  /** Called for every row when it is done, in no order. */
  readonly onOutcome: (outcome: RowOutcome) => void
}

/** What became of one row; in a dry run: what would become of it. */
export interface RowOutcome {
  readonly row: ImportRow
  readonly result: 'imported' | 'there' | 'refused'
  /** Audio bytes that were stored. */
  readonly bytes: number
  /** Stored without a member, to be linked within the time that the rules give. */
  readonly unlinked: boolean
  /** Why it was refused; empty for any other result. */
  readonly findings: readonly ImportFinding[]
}

export interface ImportSummary {
  /** The request id under which the audit log has everything this run did. */
  readonly run: string
  readonly dryRun: boolean
  readonly rows: number
  readonly imported: number
  /** Rows whose recording was there already. */
  readonly there: number
  readonly refused: number
  readonly unlinked: number
  readonly bytes: number
  /** False when the run was stopped before the last row. */
  readonly complete: boolean
}

export type Import = (order: ImportOrder, signal: AbortSignal) => Promise<ImportSummary>

/** Pauses before a row is tried again that failed for no fault of its own; over half a minute in all. */
const RETRY_PAUSES_MS = [1, 2, 5, 10, 20].map((seconds) => seconds * SECOND)

/**
 * Takes in every row of a manifest through the same door as a delivery, and tells what became of each. Safe to
 * run again at any time: what is there is there once. Aborting lets the rows under way finish and begins no
 * other. Throws when database or store stay away; every row of which it told a result keeps that result.
 */
export function makeImport(ports: ImportPorts): Import {
  return (order, signal) => {
    const run = newId()
    const whole = async (): Promise<ImportSummary> => {
      await noteRun(ports, order, 'started', { entities: ports.actor.entities })
      const summary = await importRows(ports, order, signal, run)
      const { rows, imported, there, refused, unlinked, bytes, complete } = summary
      const detail = { rows, imported, there, refused, unlinked, bytes, complete }
      await noteRun(ports, order, 'finished', detail)
      return summary
    }
    return new Promise((resolve, reject) => runWithRequestId(run, () => void whole().then(resolve, reject)))
  }
}

async function importRows(
  ports: ImportPorts,
  { rows, dryRun, concurrency, onOutcome }: ImportOrder,
  signal: AbortSignal,
  run: string,
): Promise<ImportSummary> {
  const calls = new DigestTable()
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  const count = { rows: 0, imported: 0, there: 0, refused: 0, unlinked: 0, bytes: 0 }
  let complete = false

  async function worker(): Promise<void> {
    while (!stop.aborted) {
      const { value: row, done } = await rows.next()
      if (done) {
        complete = true
        return
      }
      // In the order of the lines, whichever of two rows of one call would be ready first.
      const isRepeated = row.entry?.callKey !== undefined && !calls.add(row.entry.callKey)
      const outcome = isRepeated
        ? await refuse(ports, row, REPEATED, dryRun)
        : await importRow(ports, row, dryRun, stop)
      count.rows += 1
      count[outcome.result] += 1
      count.unlinked += Number(outcome.unlinked)
      count.bytes += outcome.bytes
      onOutcome(outcome)
    }
  }

  const guarded = () =>
    worker().catch((error: unknown) => {
      // A pause that was cut short is no failure; its row is simply not done.
      if (signal.aborted && (error as Error).name === 'AbortError') return
      failed.abort(error)
    })
  await Promise.all(Array.from({ length: concurrency }, guarded))
  if (failed.signal.aborted) throw failed.signal.reason
  return { run, dryRun, ...count, complete: complete && !signal.aborted }
}

const REPEATED: readonly ImportFinding[] = [
  { code: 'call_exists', field: 'callId', message: 'is named by an earlier row of this manifest too' },
]

async function importRow(ports: ImportPorts, row: ImportRow, dryRun: boolean, stop: AbortSignal) {
  const known = row.entry && ports.state.recordingOf(row.entry.digest)
  if (known && (await persistently(() => wasConfirmed(ports.db, known), stop))) return there(row)
  const { value: fit, findings } = await persistently(() => checkRow(ports, row), stop)
  if (!fit) return await refuse(ports, row, findings, dryRun)
  try {
    return await persistently(() => (dryRun ? rehearsed(ports, row, fit) : store(ports, row, fit)), stop)
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return refused(row, findingsOf(error))
    throw error
  }
}

async function rehearsed(ports: ImportPorts, row: ImportRow, fit: FitRow): Promise<RowOutcome> {
  return (await rehearse(ports, fit)) === 'there' ? there(row) : imported(row, fit)
}

async function store(
  { ingest, state, actor }: ImportPorts,
  row: ImportRow,
  fit: FitRow,
): Promise<RowOutcome> {
  const { entry, file } = fit
  const delivered = await ingest({
    actor,
    idempotencyKey: null,
    document: entry.document,
    declaredType: declaredTypeOf(entry),
    body: file.read(),
    complete: Promise.resolve(),
  })
  await state.note(entry.digest, delivered.row.id)
  return delivered.isNew ? imported(row, fit) : there(row)
}

const imported = (row: ImportRow, { file, call }: FitRow): RowOutcome => ({
  ...{ row, result: 'imported', bytes: file.bytes, unlinked: call.memberRef === null, findings: [] },
})

const there = (row: ImportRow): RowOutcome => ({
  row,
  result: 'there',
  bytes: 0,
  unlinked: false,
  findings: [],
})

const refused = (row: ImportRow, findings: readonly ImportFinding[]): RowOutcome => ({
  ...{ row, result: 'refused', bytes: 0, unlinked: false, findings },
})

/** Refuses a row that never came as far as a delivery, which would have audited its own refusal. */
async function refuse(
  { db, clock, actor }: ImportPorts,
  row: ImportRow,
  findings: readonly ImportFinding[],
  dryRun: boolean,
): Promise<RowOutcome> {
  const code = findings[0]?.code ?? 'internal'
  if (!dryRun) {
    await appendAudit(db, {
      ...{ type: 'recording.ingest_refused', action: 'C', outcome: 'denied', code, at: clock.now(), actor },
      requestId: currentRequestId() ?? null,
    })
  }
  return refused(row, findings)
}

async function noteRun(
  { db, clock, actor }: ImportPorts,
  { dryRun }: ImportOrder,
  what: 'started' | 'finished',
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (dryRun) return
  await appendAudit(db, {
    ...{ type: `recording.import_${what}`, action: 'E', outcome: 'ok', at: clock.now(), actor, detail },
    requestId: currentRequestId() ?? null,
  })
}

/** Tries again what may go better a little later. */
async function persistently<T>(attempt: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await attempt()
    } catch (error) {
      if (!mayPass(error)) throw error
      await pause(pauseMs, undefined, { signal: stop })
    }
  }
  return await attempt()
}

/** Problems that lie with the moment, and a database or store that is away; a fault of ours stays one. */
function mayPass(error: unknown): boolean {
  if (error instanceof Problem) return PASSING.includes(error.code)
  return !(error instanceof TypeError || error instanceof RangeError)
}

const PASSING: readonly ProblemCode[] = ['upload_in_progress', 'incomplete_upload', 'unavailable']
