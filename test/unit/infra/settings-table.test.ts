import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EnvSchema } from '../../../src/config/env.ts'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const table = readme.slice(readme.indexOf('| setting | meaning |')).split('\n\n')[0] ?? ''
/** First column only: `NAME`, with its default behind it where that is a plain number. */
const named = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`(?: \((\d+)\))?/g)].map(([, name = '', number]) => ({
    name,
    number,
  })),
)

test('every setting in the table of the README is one that the service reads', () => {
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ name }) => !(name in EnvSchema.shape))).toEqual([])
})

test('what the table says of retention is there, with the defaults that hold', () => {
  const defaults: Record<string, unknown> = EnvSchema.parse({})
  for (const { name, number } of named) {
    if (number !== undefined && name in defaults)
      expect([name, defaults[name]]).toEqual([name, Number(number)])
  }
  const retention = [
    'SWEEP_INTERVAL',
    'SWEEP_LIMIT',
    'GRACE_DAYS',
    'LIFECYCLE_MARGIN_DAYS',
    'LIFECYCLE_HORIZON_DAYS',
  ]
  expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining(retention))
})

test('every setting of mail is in the table and in compose.yaml', () => {
  const compose = readFileSync(new URL('../../../infra/compose.yaml', import.meta.url), 'utf8')
  const mail = Object.keys(EnvSchema.shape).filter((name) => /^(SMTP|MAIL)_|_MAILBOX$/.test(name))
  expect(mail).toHaveLength(5)
  expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining(mail))
  for (const name of mail) expect(compose).toContain(`${name}: $`)
})
