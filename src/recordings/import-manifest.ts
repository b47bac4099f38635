import { type Line, readLines } from '../kernel/lines.ts'
import { KIB } from '../kernel/units.ts'
import { csvHeader } from './import-csv.ts'
import { entryOf, FlawedLine, type ImportRow, type ReadFields } from './import-row.ts'

export type ManifestFormat = 'csv' | 'jsonl'

/** As much as the metadata of a delivery may have, and the place of its file. */
const MAX_LINE_BYTES = 72 * KIB

const FLAWS = {
  too_long: 'the line is longer than 72 KiB',
  not_utf8: 'the line is not UTF-8 text',
} as const

/**
 * The rows of a manifest, one line each, with the memory of one line. A line that cannot be read is a row
 * with errors. Throws when the first line of a CSV file is no header this can work with.
 */
export async function* readManifest(
  source: AsyncIterable<Buffer>,
  format: ManifestFormat,
): AsyncGenerator<ImportRow> {
  let readFields: ReadFields | undefined = format === 'jsonl' ? readJson : undefined
  for await (const line of readLines(source, MAX_LINE_BYTES)) {
    if (line.text?.trim() === '') continue
    if (readFields) yield rowOf(line, readFields)
    else readFields = csvHeader(line.text ?? '')
  }
}

function rowOf({ number, endsAt, text, flaw }: Line, readFields: ReadFields): ImportRow {
  const flawed = (message: string): ImportRow => ({
    ...{ line: number, endsAt, entry: undefined },
    errors: [{ field: '', message }],
  })
  if (text === undefined) return flawed(FLAWS[flaw ?? 'not_utf8'])
  try {
    return { line: number, endsAt, entry: entryOf(readFields(text)), errors: [] }
  } catch (error) {
    if (error instanceof FlawedLine) return flawed(error.message)
    throw error
  }
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says quotes the line, and with it perhaps a person.
    throw new FlawedLine('the line is not JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new FlawedLine('the line is not a JSON object')
}
