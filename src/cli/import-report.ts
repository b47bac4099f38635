import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { RowOutcome } from '../recordings/import.ts'

/** Refused rows as a CSV file (RFC 4180): their line, and field by field what is wrong, never what is in them. */
export interface ImportReport extends AsyncDisposable {
  add(outcome: RowOutcome): void
}

const HEADER = ['line', 'code', 'field', 'message']

/** Begins the file anew; rejects when it cannot be written. */
export async function openReport(path: string): Promise<ImportReport> {
  const file = createWriteStream(path, { mode: 0o600 })
  await once(file, 'open')
  const write = (cells: readonly (string | number)[]): void => {
    file.write(`${cells.map(cellOf).join(',')}\r\n`)
  }
  write(HEADER)
  return {
    add({ row, findings }) {
      for (const { code, field, message } of findings) write([row.line, code, field, message])
    },
    async [Symbol.asyncDispose]() {
      file.end()
      await finished(file)
    },
  }
}

/** Field names come from the manifest; a spreadsheet must not take one for a formula. */
function cellOf(value: string | number): string {
  const text = String(value).replace(/^[=+\-@\t]/, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
