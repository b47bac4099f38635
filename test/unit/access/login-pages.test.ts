import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { continuePage, PAGE_POLICY, troublePage } from '../../../src/access/login-pages.ts'

test('an address with quotes and tags stays an address', () => {
  const html = continuePage('https://site.example/?q="><script>alert(1)</script>&\'')
  expect(html).not.toContain('<script>')
  expect(html.match(/"><script/)).toBeNull()
})

test.each(['failed', 'unavailable', 'too_many'] as const)(
  'the page for "%s" speaks both languages',
  (trouble) => {
    const html = troublePage(trouble)
    expect(html).toContain('<html lang="nl">')
    expect(html).toContain('<div lang="en">')
    expect(html.match(/href="\/login"/g)).toHaveLength(2)
  },
)

test('the one style of these pages is the one their policy allows, and scripts are not', () => {
  const style = /<style>([^<]*)<\/style>/.exec(troublePage('failed'))?.[1] ?? ''
  expect(PAGE_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  expect(PAGE_POLICY).not.toContain('script-src')
  expect(PAGE_POLICY).toMatch(/^default-src 'none'/)
})
