import type { ReactNode } from 'react'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

export interface Column<T> {
  readonly key: string
  readonly label: string
  readonly cell: (row: T) => ReactNode
  /** Numbers stand below each other by their last digit. */
  readonly isNumber?: boolean
}

interface DataTableProps<T> {
  /** What the table is of; read out before it, and seen above it unless `hideCaption`. */
  readonly caption: string
  readonly hideCaption?: boolean
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  readonly empty?: string
}

/**
 * Rows of alike things. On a narrow screen every row becomes a card that names its columns, so that nothing
 * has to be scrolled sideways; to assistive technology it stays a table.
 */
export function DataTable<T>({ caption, hideCaption, columns, rows, rowKey, empty }: DataTableProps<T>) {
  const w = useWords(words)
  if (rows.length === 0) return <p className="empty">{empty ?? w.empty}</p>
  return (
    <div className="table-room">
      <table className="table">
        <caption className={hideCaption ? 'unseen' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, label, isNumber }) => (
              <th key={key} scope="col" className={isNumber ? 'number' : undefined}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ key, label, cell, isNumber }) => (
                <td key={key} data-label={label} className={isNumber ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
