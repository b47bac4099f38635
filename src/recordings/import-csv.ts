import { parse } from 'csv-parse/sync'
import { FlawedLine, PLACE_FIELDS, type ReadFields } from './import-row.ts'
import { MetadataSchema } from './schema.ts'

type ReadCell = (cell: string) => unknown

const optional: ReadCell = (cell) => (cell === '' ? undefined : cell)
const list = (cell: string): string[] =>
  cell.trim() === '' ? [] : cell.split(';').map((part) => part.trim())
const silence = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?):([a-z]+)$/

/** Cells that are more than text. What has not the right form stays text, which the schema refuses by name. */
const CELLS: Readonly<Record<string, ReadCell>> = {
  bytes: (cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : optional(cell)),
  memberRef: (cell) => (cell === '' ? null : cell),
  purposes: list,
  sensitivity: list,
  channels: (cell) => (cell === '' ? undefined : list(cell)),
  silence: (cell) =>
    list(cell).map((range) => {
      const [, from, to, reason] = silence.exec(range) ?? []
      return { fromSeconds: Number(from), toSeconds: Number(to), reason }
    }),
}

const LINK_COLUMNS = ['policy', 'claim', 'complaint'].map((name) => `links.${name}`)
const METADATA_COLUMNS = Object.keys(MetadataSchema.shape).filter((name) => name !== 'links')
const COLUMNS = new Set([...PLACE_FIELDS, ...METADATA_COLUMNS, ...LINK_COLUMNS])
const REQUIRED = [
  'file',
  ...Object.entries(MetadataSchema.shape)
    .filter(([, schema]) => !schema.safeParse(undefined).success)
    .map(([name]) => name),
]

/**
 * Reads the header of a CSV manifest (RFC 4180, one line per row, separated by comma, semicolon or tab) and
 * gives the way to read its rows. Throws when columns are unknown, missing or named twice; it names their
 * places only, because a file without a header has a person in its first line.
 */
export function csvHeader(text: string): ReadFields {
  const delimiter = /^"?[\w.]*"?([,;\t])/.exec(text)?.[1] ?? ','
  const columns = cellsOf(text, delimiter).map((name) => name.trim())
  const problems = [
    ...columns.flatMap((name, i) => (COLUMNS.has(name) ? [] : [`column ${i + 1} has no known name`])),
    ...columns.flatMap((name, i) =>
      COLUMNS.has(name) && columns.indexOf(name) < i ? [`column ${i + 1} (${name}) is there twice`] : [],
    ),
    ...REQUIRED.filter((name) => !columns.includes(name)).map((name) => `there is no column ${name}`),
  ]
  if (problems.length > 0) {
    throw new Error(
      `the first line of the manifest is not a usable header: ${problems.join('; ')}. Known columns: ${[...COLUMNS].join(', ')}`,
    )
  }
  return (line) => fieldsOf(columns, cellsOf(line, delimiter))
}

function cellsOf(line: string, delimiter: string): string[] {
  try {
    return parse(line, { delimiter, record_delimiter: '\n', relax_column_count: true })[0] ?? []
  } catch {
    // What the parser says quotes the line.
    throw new FlawedLine('a quoted field is not closed on its line, or text stands around its quotes')
  }
}

function fieldsOf(columns: readonly string[], cells: readonly string[]): Record<string, unknown> {
  if (cells.length !== columns.length) {
    throw new FlawedLine(`the line has ${cells.length} fields where the header has ${columns.length}`)
  }
  const values = columns.map((name, i) => [name, (CELLS[name] ?? optional)(cells[i] ?? '')] as const)
  const links = values.flatMap(([name, value]) =>
    name.startsWith('links.') && value !== undefined ? [[name.slice('links.'.length), value] as const] : [],
  )
  return Object.fromEntries([
    ...values.filter(([name, value]) => !name.startsWith('links.') && value !== undefined),
    ...(links.length > 0 ? [['links', Object.fromEntries(links)] as const] : []),
  ])
}
