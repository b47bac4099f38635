import { describe, expect, test } from 'vitest'
import { csvOf, NO_BREACH, scopeOf } from '../../../src/web/accountability/breach-scope.ts'

const period = { from: '2026-11-20', to: '2026-11-23' }
const touched = {
  ...{ memberRef: 'M-1', entities: ['hmbs', 'hmbs-advies'], recordings: 2, sensitivities: ['health'] },
  ...{ heard: true, copied: false, firstAt: '2026-11-20T10:00:00Z', lastAt: '2026-11-21T10:00:00Z' },
}

describe('what is asked of a breach', () => {
  test('leaves out what was left empty, and takes recordings apart however they were pasted', () => {
    expect(scopeOf({ ...NO_BREACH, ...period })).toEqual(period)
    expect(scopeOf({ ...NO_BREACH, ...period, actor: ' pim ', recordings: 'a\nb, c;\r\n d\n' })).toEqual({
      ...{ ...period, actor: 'pim', recordingIds: ['a', 'b', 'c', 'd'] },
    })
  })
})

describe('the list of members as a file', () => {
  test('has a line for each, which a spreadsheet reads as text', () => {
    const [header, first, second, end] = csvOf([
      touched,
      { ...touched, memberRef: '=1+"x",y', sensitivities: [] },
    ]).split('\r\n')
    expect(header).toBe('memberRef,entities,recordings,sensitivities,heard,copied,firstAt,lastAt')
    expect(first).toBe('M-1,hmbs hmbs-advies,2,health,true,false,2026-11-20T10:00:00Z,2026-11-21T10:00:00Z')
    expect(second?.startsWith('"\'=1+""x"",y",hmbs')).toBe(true)
    expect(end).toBe('')
  })
})
