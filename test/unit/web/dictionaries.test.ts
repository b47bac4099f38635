import { describe, expect, test } from 'vitest'
import { ROLES } from '../../../src/access/actor.ts'
import { en } from '../../../src/web/i18n/en.ts'
import { nl } from '../../../src/web/i18n/nl.ts'

interface Dictionary {
  readonly [key: string]: string | Dictionary
}

/** `calls.empty.heading` to its text, for every text of a dictionary. */
function texts(dictionary: Dictionary, path = ''): Map<string, string> {
  return new Map(
    Object.entries(dictionary).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...texts(value, `${path}${key}.`)],
    ),
  )
}

const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()

describe('Dutch and English', () => {
  const dutch = texts(nl)
  const english = texts(en)

  test('have the same keys', () => {
    expect(new Set(english.keys())).toEqual(new Set(dutch.keys()))
  })

  test('fill in the same values in each text', () => {
    for (const [key, text] of dutch)
      expect([key, placeholders(english.get(key) ?? '')]).toEqual([key, placeholders(text)])
  })

  test('leave no text empty', () => {
    for (const [key, text] of [...dutch, ...english]) expect([key, text.trim()]).not.toEqual([key, ''])
  })

  test('have both plural forms wherever a text counts', () => {
    for (const key of dutch.keys()) {
      if (key.endsWith('_one')) expect(dutch.has(key.replace(/_one$/, '_other'))).toBe(true)
    }
  })

  test('name every role, purpose and legal basis that the service ships with', () => {
    expect(new Set(Object.keys(nl.role))).toEqual(new Set(ROLES))
    expect(Object.keys(nl.purposeText)).toEqual(Object.keys(nl.purpose))
    expect(new Set(Object.keys(nl.legalBasis))).toEqual(
      new Set(['consent', 'contract', 'legal_obligation', 'legitimate_interests']),
    )
  })
})
