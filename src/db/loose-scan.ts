import { type RawBuilder, sql } from 'kysely'

/**
 * Query for the entities (column `name`) that have recordings of a kind, one probe of an index for
 * each: its cost does not depend on how many recordings there are. `condition` must be the predicate
 * of a partial index that starts with `entity`, and may say no more. Asking the table and not a
 * catalogue keeps an entity whose catalogue entry went away from being forgotten.
 */
export const entitiesWith = (condition: RawBuilder<boolean>) => sql<{ name: string }>`
  with recursive found (name) as (
    (select entity from recording where ${condition} order by entity limit 1)
    union all
    select (select entity from recording where ${condition} and entity > found.name order by entity limit 1)
    from found where found.name is not null
  )
  select name from found where name is not null`
