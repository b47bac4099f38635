import type { ObjectTags } from '../storage/object-store.ts'
import type { PurposeTag } from './model.ts'

/** What object tags are made of; states in which a purpose no longer counts are left out by the caller's dates. */
export type TagFacts = Pick<PurposeTag, 'purpose' | 'ruleId' | 'ruleVersion' | 'retainUntil' | 'state'>

/**
 * The tags of an object, from the purpose tags of its recording. They repeat what the database says,
 * so that bucket lifecycle rules work without it; withdrawn and objected purposes keep nothing.
 */
export function objectTags(
  tags: readonly TagFacts[],
  held: boolean,
  kind: ObjectTags['class'] = 'original',
): ObjectTags {
  const counting = tags.filter(({ state }) => state !== 'withdrawn' && state !== 'objected')
  const deciding = decidingTag(counting)
  return {
    purpose: counting
      .map(({ purpose }) => purpose)
      .sort(compare)
      .join('+'),
    'retain-until': deciding?.retainUntil ?? 'open',
    rule: deciding ? `${deciding.ruleId}@${deciding.ruleVersion}` : 'none@0',
    hold: held ? 'held' : 'none',
    class: kind,
  }
}

/** The tag that keeps the recording longest: one that awaits its trigger has no end yet; ties go by name. */
function decidingTag(tags: readonly TagFacts[]): TagFacts | undefined {
  const end = (tag: TagFacts): string => (tag.retainUntil === null ? '~' : tag.retainUntil)
  return [...tags].sort((a, b) => compare(end(b), end(a)) || compare(a.purpose, b.purpose))[0]
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)
