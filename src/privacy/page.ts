import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'

/** Where a page that is sorted by time, newest first, goes on. */
export interface Place {
  readonly at: Date
  readonly id: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** A page of rows of which one more than the page was read. */
export function pageOf<T>(rows: readonly T[], limit: number, placeOf: (row: T) => Place): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null
  return { items, nextCursor }
}

const writeCursor = ({ at, id }: Place): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url')

/** The place that a cursor names; undefined for the first page. Throws Problem `invalid_request`. */
export function pageAfter(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const at = new Date(instant)
  if (Number.isNaN(at.getTime()) || !isId(id))
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { at, id }
}
