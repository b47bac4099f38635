import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { returnAddress } from '../../../src/access/return-to.ts'

const SITE = 'https://gesprekken.example'

describe('the address after the login', () => {
  test.each([
    ['/', '/'],
    ['/calls', '/calls'],
    ['/calls/7?view=list&q=a%20b#top', '/calls/7?view=list&q=a%20b#top'],
    ['/calls/../calls/7', '/calls/7'],
    ['/a//b', '/a//b'],
  ])('%s is kept as the path %s', (returnTo, path) => {
    expect(returnAddress(returnTo, SITE)).toBe(SITE + path)
  })

  test.each([
    undefined,
    '',
    'calls',
    'https://evil.test/',
    'javascript:alert(1)',
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\/evil.test',
    '/\t/evil.test',
    '/.//evil.test',
    '/a/..//evil.test',
    ' /calls',
    '/login',
    '/login?returnTo=/login',
    '/login/callback?code=x',
    '/logout',
    `/${'a'.repeat(2000)}`,
  ])('%j becomes the front page', (returnTo) => {
    expect(returnAddress(returnTo, SITE)).toBe(`${SITE}/`)
  })

  test('never leaves this site, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      'evil.test',
      '\t',
      '\n',
      '%2f',
      '?',
      '#',
      'a',
    )
    const path = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(piece).map((pieces) => `/${pieces.join('')}`),
    )
    fc.assert(
      fc.property(path, (returnTo) => {
        const address = returnAddress(returnTo, SITE)
        expect(address.startsWith(`${SITE}/`)).toBe(true)
        // What a browser makes of it, given as an address and, worse, as a path.
        expect(new URL(address).origin).toBe(SITE)
        expect(new URL(address.slice(SITE.length), SITE).origin).toBe(SITE)
      }),
      { numRuns: 500 },
    )
  })
})
