import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { composeImport } from '../compose/import.ts'
import type { Config } from '../config/config.ts'
import type { ImportSummary, RowOutcome } from '../recordings/import.ts'
import { type ManifestFormat, readManifest } from '../recordings/import-manifest.ts'
import type { Edge } from './edge.ts'
import { openProgress } from './import-progress.ts'
import { openReport } from './import-report.ts'
import { withFoundation } from './with-foundation.ts'

export interface ImportOptions {
  readonly manifest: string
  readonly entity: readonly string[]
  readonly dryRun: boolean
  readonly concurrency: number
  readonly state?: string
  readonly report?: string
}

const SOME_REFUSED = 2
/** As a shell reports a command that SIGINT ended. */
const STOPPED = 130
/** Refused rows that are named on a terminal; a report has them all. */
const NAMED_REFUSALS = 20

/**
 * Moves recordings in from a directory or bucket. Ends with 0 when every row is in, 2 when some were refused,
 * 130 when it was stopped before its end, and 1 (by throwing) when it could not go on.
 */
export async function importCommand(
  config: Config,
  edge: Edge,
  from: string,
  options: ImportOptions,
): Promise<void> {
  const { manifest, dryRun, concurrency } = options
  const format = formatOf(manifest)
  const { size } = await stat(manifest)
  exitOnSecondSignal(edge)
  await using report = options.report === undefined ? undefined : await openReport(options.report)
  const summary = await withFoundation(config, edge, async (foundation, signal) => {
    await using opened = await composeImport(foundation, config, {
      ...{ from, dryRun, entities: options.entity },
      stateFile: options.state ?? `${manifest}.state.jsonl`,
    })
    using progress = openProgress(edge.stderr, size)
    let named = 0
    const onOutcome = (outcome: RowOutcome): void => {
      progress.count(outcome)
      report?.add(outcome)
      if (outcome.result !== 'refused' || report || named > NAMED_REFUSALS) return
      named += 1
      progress.say(
        named > NAMED_REFUSALS ? 'more were refused; --report <file> names them all' : inWords(outcome),
      )
    }
    const rows = readManifest(createReadStream(manifest), format)
    return await opened.runImport({ rows, dryRun, concurrency, onOutcome }, signal)
  })
  edge.stdout.write(`${JSON.stringify(summary)}\n`)
  edge.setExitCode(exitCodeOf(summary))
}

const exitCodeOf = ({ complete, refused }: ImportSummary): number => {
  if (!complete) return STOPPED
  return refused > 0 ? SOME_REFUSED : 0
}

function formatOf(manifest: string): ManifestFormat {
  if (/\.csv$/i.test(manifest)) return 'csv'
  if (/\.(jsonl|ndjson)$/i.test(manifest)) return 'jsonl'
  throw new Error('the manifest must be a file whose name ends in .csv or .jsonl')
}

const inWords = ({ row, findings }: RowOutcome): string =>
  findings.map(({ code, field, message }) => `line ${row.line}: ${code}: ${field} ${message}`).join('\n')

/** The first signal lets files under way finish; who asks twice does not want to wait. */
function exitOnSecondSignal(edge: Edge): void {
  let asked = false
  edge.onSignal(() => {
    if (asked) edge.exitNow(STOPPED)
    asked = true
  })
}
