import { describe, expect, it } from 'vitest'
import { objectTags, renditionTags, type TagFacts, tagsOfKey } from '../../../src/recordings/object-tags.ts'

const tag = (purpose: string, retainUntil: string | null, state: TagFacts['state'] = 'active'): TagFacts => ({
  purpose,
  ruleId: `rule-${purpose}`,
  ruleVersion: 3,
  retainUntil,
  state,
})

describe('the tags of an object', () => {
  it('join the purposes in order and take date and rule from the longest', () => {
    expect(objectTags([tag('b', '2027-01-31'), tag('a', '2026-12-31')], false)).toEqual({
      purpose: 'a+b',
      'retain-until': '2027-01-31',
      rule: 'rule-b@3',
      hold: 'none',
      class: 'original',
    })
  })

  it('are open while any purpose awaits its trigger', () => {
    const tags = objectTags([tag('a', '2030-01-01'), tag('b', null, 'pending_trigger')], true, 'derived')
    expect(tags).toMatchObject({ 'retain-until': 'open', rule: 'rule-b@3', hold: 'held', class: 'derived' })
  })

  it('leave out purposes that were withdrawn or objected to, and keep the day of expired ones', () => {
    const tags = objectTags([tag('a', '2030-01-01', 'objected'), tag('b', '2026-01-01', 'expired')], false)
    expect(tags).toMatchObject({ purpose: 'b', 'retain-until': '2026-01-01', rule: 'rule-b@3' })
  })

  it('do not depend on the order in which the database gives them', () => {
    const tags = [tag('a', '2027-01-01'), tag('b', '2027-01-01'), tag('c', '2026-01-01')]
    expect(objectTags([...tags].reverse(), false)).toEqual(objectTags(tags, false))
  })
})

describe('the tags of something that was made of a recording', () => {
  const training = tag('training_coaching', '2026-06-30')
  const source = { tags: [tag('fraud_prevention', '2031-01-01'), training], isFree: true, linkBy: null }

  it('are those of the original, with a class of their own', () => {
    expect(renditionTags('playback', source)).toEqual({
      ...renditionTags('original', source),
      class: 'derived',
    })
    expect(renditionTags('original', source)).toEqual(objectTags(source.tags, false))
  })

  it('are those of training alone for what is masked for it', () => {
    expect(renditionTags('masked', source)).toEqual({
      ...{ purpose: 'training_coaching', 'retain-until': '2026-06-30', rule: 'rule-training_coaching@3' },
      ...{ hold: 'none', class: 'derived' },
    })
  })

  it('keep for what is masked the day they had when training ends early, and hold what is held', () => {
    const tags = [tag('fraud_prevention', '2031-01-01'), { ...training, state: 'objected' as const }]
    expect(renditionTags('masked', { ...source, tags, isFree: false })).toMatchObject({
      ...{ 'retain-until': '2026-06-30', hold: 'held' },
    })
  })

  it('follow from the key of the object', () => {
    const at = (file: string) => `recordings/00000000-0000-4000-8000-000000000000/${file}`
    expect(tagsOfKey(at('masked.m4a.age'), source)).toEqual(renditionTags('masked', source))
    expect(tagsOfKey(at('original.age'), source)).toEqual(renditionTags('original', source))
    expect(tagsOfKey(at('strange'), source)).toEqual(renditionTags('playback', source))
  })
})
