import type { CalendarDay } from '../kernel/calendar.ts'
import type { ObjectTags } from '../storage/object-store.ts'
import { counts, endsOf } from './ends.ts'
import type { PurposeTag } from './model.ts'

/** What object tags are made of. */
export type TagFacts = Pick<PurposeTag, 'purpose' | 'ruleId' | 'ruleVersion' | 'retainUntil' | 'state'>

/** The end does not depend on the moment, only whether it has been reached; any moment will do. */
const ANY_MOMENT = new Date(0)

/**
 * The tags of an object, from the purpose tags of its recording. They repeat what the database says,
 * so that bucket lifecycle rules work without it; withdrawn and objected purposes keep nothing.
 * `held` is for everything that forbids destruction; `linkBy` as for `endsOf`.
 */
export function objectTags(
  tags: readonly TagFacts[],
  held: boolean,
  kind: ObjectTags['class'] = 'original',
  linkBy: CalendarDay | null = null,
): ObjectTags {
  const { keepUntil, deciding } = endsOf(tags, ANY_MOMENT, linkBy)
  return {
    purpose: tags
      .filter(counts)
      .map(({ purpose }) => purpose)
      .sort(compare)
      .join('+'),
    'retain-until': keepUntil ?? 'open',
    rule: deciding ? `${deciding.ruleId}@${deciding.ruleVersion}` : keepUntil === null ? NO_RULE : UNLINKED,
    hold: held ? 'held' : 'none',
    class: kind,
  }
}

/** Not rules of the file: the limit for recordings of no known member, and no tag that counts. */
const UNLINKED = 'unlinked@0'
const NO_RULE = 'none@0'

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)
