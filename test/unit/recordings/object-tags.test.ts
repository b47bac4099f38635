import { describe, expect, it } from 'vitest'
import { objectTags, type TagFacts } from '../../../src/recordings/object-tags.ts'

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
