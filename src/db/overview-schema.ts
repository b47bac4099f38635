import type { ColumnType, Generated } from 'kysely'

type Day = ColumnType<string, string, string>

/** A recording that came or went, as long as it is not part of its day. */
export interface StockMovementTable {
  entity: string
  day: Day
  received: Generated<number>
  destroyed: Generated<number>
}

/** How many recordings came and went on a day in Amsterdam. */
export interface StockDayTable {
  entity: string
  day: Day
  received: number
  destroyed: number
}
