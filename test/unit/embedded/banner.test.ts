import { expect, it } from 'vitest'
import { banner } from '../../../src/embedded/banner.ts'
import { DEMO_PEOPLE } from '../../../src/embedded/demo-people.ts'

const text = banner({ publicUrl: 'http://127.0.0.1:3000', dataDir: '/srv/demo', people: DEMO_PEOPLE })

it('says loudly that this is a demo, where it is, where its data lies and how to get a token', () => {
  expect(text).toContain('DEMO MODE')
  expect(text).toContain('NOT FOR REAL RECORDINGS')
  expect(text).toContain('http://127.0.0.1:3000')
  expect(text).toContain('/srv/demo')
  expect(text).toContain('npx listenback token recorder')
  expect(text).toContain('Ctrl-C')
})

it('names everybody who can log in', () => {
  for (const { name, web } of DEMO_PEOPLE) expect(text.includes(name)).toBe(web)
})

it('fits a terminal of eighty columns and is plain ASCII', () => {
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(text).toMatch(/^[\n -~]*$/)
})
