import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spreadOf } from '../../../src/coaching/calibration.ts'
import {
  answerErrors,
  readScoreForm,
  ScoreFormError,
  totalOf,
  versionOf,
} from '../../../src/coaching/score-form.ts'

const shipped = await readFile(new URL('../../../src/coaching/score-form.yaml', import.meta.url), 'utf8')
const form = readScoreForm(shipped)

const problemsOf = (text: string): readonly string[] => {
  try {
    readScoreForm(text)
    return []
  } catch (error) {
    if (error instanceof ScoreFormError) return error.problems
    throw error
  }
}

describe('the score form', () => {
  it('is shipped whole, in both languages', () => {
    expect(versionOf(form)).toBe('call-quality@1')
    expect(form.criteria.length).toBeGreaterThan(4)
    for (const { nl, en } of [...form.criteria, ...form.scale, form.title]) expect(nl).not.toBe(en)
  })

  it('is refused with everything that is wrong with it', () => {
    const broken = shipped
      .replace('version: 1', 'version: 0')
      .replace('id: listening', 'id: opening')
      .replace('value: 2', 'value: 1')
    const problems = problemsOf(broken)
    expect(problems).toHaveLength(3)
    expect(problems.join('\n')).toContain('criteria: has an id twice')
    expect(problems.join('\n')).toContain('scale: has a value twice')
    expect(problems.join('\n')).toContain('version:')
  })

  it('is refused when it is no YAML, and when it says more than it may', () => {
    expect(problemsOf('{')).not.toEqual([])
    expect(problemsOf(`${shipped}\nemotion: yes\n`).join()).toContain('emotion')
  })
})

describe('answers', () => {
  it('fit the criteria and the scale', () => {
    expect(answerErrors(form, { opening: 3, closing: 1 })).toEqual([])
    expect(answerErrors(form, { opening: 9, mood: 3 }).map(({ field }) => field)).toEqual([
      'answers.opening',
      'answers.mood',
    ])
    expect(answerErrors(form, {}).map(({ field }) => field)).toEqual(['answers'])
  })

  it('weigh as the form says', () => {
    expect(totalOf(form, { opening: 1, answer: 4 }, versionOf(form))).toBe(3.25)
    expect(totalOf(form, { opening: 1 }, 'call-quality@0')).toBeNull()
  })

  it('have a total within the answers, whatever the weights', () => {
    const values = form.scale.map(({ value }) => value)
    const ids = form.criteria.map(({ id }) => id)
    const answers = fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...values), { minKeys: 1 })
    fc.assert(
      fc.property(answers, (given) => {
        const total = totalOf(form, given, versionOf(form)) ?? Number.NaN
        expect(total).toBeGreaterThanOrEqual(Math.min(...Object.values(given)))
        expect(total).toBeLessThanOrEqual(Math.max(...Object.values(given)))
      }),
    )
  })

  it('lie apart as far as those who answered do', () => {
    const spread = spreadOf([
      { answers: { opening: 1, answer: 4 }, total: 3.25 },
      { answers: { opening: 4 }, total: 4 },
      { answers: { opening: 2 }, total: null },
    ])
    expect(spread).toEqual({
      opening: { min: 1, max: 4, mean: 2.33 },
      answer: { min: 4, max: 4, mean: 4 },
      total: { min: 3.25, max: 4, mean: 3.63 },
    })
  })
})
