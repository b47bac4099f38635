import type { CalendarDay } from '../kernel/calendar.ts'
import { type RenditionName, renditionOf } from '../storage/keys.ts'
import type { ObjectTags } from '../storage/object-store.ts'
import { counts, endsOf } from './ends.ts'
import type { PurposeTag } from './model.ts'
import { TRAINING } from './training-use.ts'

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

/** What the tags of an object are made of, besides its name. */
export interface TagSource {
  readonly tags: readonly TagFacts[]
  /** Nothing forbids its destruction. */
  readonly isFree: boolean
  readonly linkBy: CalendarDay | null
}

/**
 * The tags of one object of a recording. What is masked for training is there for that purpose only, so it
 * has its end, whatever else keeps the recording; once the purpose counts no more, with the day it had.
 */
export function renditionTags(name: RenditionName, { tags, isFree, linkBy }: TagSource): ObjectTags {
  if (name === 'original') return objectTags(tags, !isFree, 'original', linkBy)
  if (name !== 'masked') return objectTags(tags, !isFree, 'derived', linkBy)
  const training = tags
    .filter(({ purpose }) => purpose === TRAINING)
    .map((tag) => (counts(tag) ? tag : { ...tag, state: 'expired' as const }))
  return objectTags(training, !isFree, 'derived', linkBy)
}

/** The same by the key of the object; what is under no key of ours counts as derived. */
export const tagsOfKey = (key: string, source: TagSource): ObjectTags =>
  renditionTags(renditionOf(key) ?? 'playback', source)

/** Not rules of the file: the limit for recordings of no known member, and no tag that counts. */
const UNLINKED = 'unlinked@0'
const NO_RULE = 'none@0'

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)
