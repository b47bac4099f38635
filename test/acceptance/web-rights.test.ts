import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  type Demo,
  type LoggedIn,
  loggedIn,
  openDemo,
  ownCalls,
  press,
  sidewaysScroll,
  type,
  type Visit,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'
const OTHER = 'Sam Specimen'
const OFFICER = 'Pim Proef'
const AGENT = 'Anna Verzonnen'

let demo: Demo
const people = new Map<string, LoggedIn>()

beforeAll(async () => {
  demo = await openDemo()
  for (const person of [MEMBER, OTHER, OFFICER, AGENT]) people.set(person, await loggedIn(demo, person))
  return () => demo.close()
})

const as = (person: string, options: Parameters<typeof visit>[1] = {}): Promise<Visit> => {
  const state = people.get(person)
  return visit(demo, { ...options, ...(state && { as: state }) })
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Ticks what is asked for and sends it, without a mouse; ends on the page of the request. */
async function ask(page: Page, ...rights: readonly string[]): Promise<void> {
  await open(page, '/verzoeken/nieuw')
  for (const right of rights) await press(page.getByRole('checkbox', { name: right, exact: true }), 'Space')
  await press(page.getByRole('button', { name: 'Verzoek versturen' }))
  await page.getByText('Uw verzoek is ontvangen.').waitFor()
}

const requestIdOf = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? ''

/** Decides on everything of one right with the same answer. */
async function decide(page: Page, right: string, outcome: string, answer: string): Promise<void> {
  const part = page.locator('.panel').filter({ has: page.getByRole('heading', { level: 3, name: right }) })
  await part.getByLabel('Antwoord', { exact: true }).selectOption({ label: outcome })
  await type(part.getByLabel('Antwoord aan het lid'), answer)
  await press(part.getByRole('button', { name: 'Beslissing vastleggen' }))
  await part.waitFor({ state: 'hidden' })
}

const listened = (page: Page) => page.locator('section').filter({ hasText: 'Wie heeft er geluisterd?' })

describe('the rights of a member', () => {
  test('a member asks for everything, an officer decides, and the package verifies with the public key alone', async () => {
    const member = await as(MEMBER)
    await ask(member.page, 'Inzage', 'Kopie', 'Bezwaar', 'Wie luisterde')
    await member.page.getByText(/U krijgt uiterlijk op .* antwoord/).waitFor()
    const id = requestIdOf(member.page)

    const officer = await as(OFFICER)
    await open(officer.page, '/privacyverzoeken')
    await press(officer.page.locator(`a[href="/privacyverzoeken/${id}"]`))
    await press(officer.page.getByRole('button', { name: 'In behandeling nemen' }))
    await officer.page.getByText('In behandeling', { exact: true }).waitFor()
    await decide(officer.page, 'Inzage', 'Toekennen', 'U krijgt alles wat we hebben.')
    await decide(officer.page, 'Kopie', 'Toekennen', 'De opnamen zitten in het pakket.')
    await decide(officer.page, 'Bezwaar', 'Toekennen', 'We gebruiken uw gesprekken hier niet meer voor.')
    await decide(officer.page, 'Wie luisterde', 'Toekennen', 'U vindt het hieronder.')
    await listened(officer.page).locator('a[href^="/opnamen/"]').first().waitFor()
    await officer.leave()

    await member.page.reload()
    await member.page.getByText('U krijgt alles wat we hebben.').first().waitFor()
    expect(await accessibilityProblems(member.page)).toEqual([])
    const link = member.page.getByRole('link', { name: /^Pakket downloaden/ })
    await link.waitFor()
    const [download] = await Promise.all([member.page.waitForEvent('download'), link.click()])
    const directory = mkdtempSync(join(tmpdir(), 'listenback-package-'))
    try {
      const archive = join(directory, 'package.zip')
      await download.saveAs(archive)
      const keys = await (await member.page.request.get('/v1/package-keys')).text()
      const keyFile = join(directory, 'keys.json')
      execFileSync('tee', [keyFile], { input: keys })
      expect(await demo.service.command('verify-package', archive, '--key', keyFile)).toMatch(
        /genuine|verified|ok/i,
      )
      expect(String(execFileSync('unzip', ['-t', archive]))).toContain('No errors detected')
      const named = String(execFileSync('unzip', ['-Z1', archive]))
      for (const { id: call } of await ownCalls(member.page)) expect(named).toContain(call)
    } finally {
      rmSync(directory, { recursive: true })
    }
    // Over all calls in one list, each with the way to it; what nobody had to write is there in English too.
    await listened(member.page).getByRole('row').filter({ hasText: 'automatisch' }).first().waitFor()
    await listened(member.page)
      .getByRole('link', { name: /^Gesprek van / })
      .first()
      .waitFor()
    expect(await accessibilityProblems(member.page)).toEqual([])
    await member.page.setViewportSize({ width: 360, height: 740 })
    expect(await sidewaysScroll(member.page)).toBe(0)
    await press(member.page.getByRole('button', { name: 'English' }))
    await member.page.getByText('From now on we do not use this call for training').first().waitFor()
    await member.leave()
  })

  test('what the law keeps is refused with the reason, the day, and where to complain', async () => {
    const member = await as(OTHER)
    await ask(member.page, 'Verwijdering')
    const id = requestIdOf(member.page)
    const officer = await as(OFFICER)
    await open(officer.page, `/privacyverzoeken/${id}`)
    await decide(officer.page, 'Verwijdering', 'Afwijzen', 'De wet verplicht ons dit te bewaren.')
    await officer.leave()
    await member.page.reload()
    await member.page.getByText('De wet verplicht ons dit te bewaren.').first().waitFor()
    await member.page.getByRole('link', { name: /Autoriteit Persoonsgegevens/ }).waitFor()
    await member.page.getByText(/naar de rechter/).waitFor()
    await member.leave()
  })

  test('a request is made and taken back by keyboard alone', async () => {
    const { page, leave } = await as(OTHER)
    await open(page, '/verzoeken')
    const button = (name: string) => page.getByRole('button', { name })
    await press(page.getByRole('link', { name: 'Nieuw verzoek' }))
    await page.getByRole('heading', { level: 1, name: 'Nieuw verzoek' }).waitFor()
    await press(button('Verzoek versturen'))
    await page.getByText('Kies ten minste één ding dat u vraagt.').waitFor()
    await press(page.getByRole('checkbox', { name: 'Wie luisterde' }), 'Space')
    await press(button('Verzoek versturen'))
    await page.getByText('Uw verzoek is ontvangen.').waitFor()
    await press(button('Verzoek intrekken'))
    await press(button('Ja, trek het in'))
    await page.getByText('Ingetrokken', { exact: true }).first().waitFor()
    await leave()
  })

  test('staff write down what arrived by mail, and the clock runs from the day of receipt', async () => {
    const { page, leave } = await as(AGENT)
    await open(page, '/privacyverzoeken/nieuw')
    await type(page.getByLabel('Lidnummer'), 'M-1001')
    const received = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 16)
    await type(page.getByLabel('Ontvangen op'), received)
    await page.getByRole('checkbox', { name: 'Inzage', exact: true }).check()
    await press(page.getByRole('button', { name: 'Vastleggen' }))
    await page.getByText('nog niet bevestigd').waitFor()
    await leave()
    const member = await as(MEMBER)
    await open(member.page, '/verzoeken')
    await press(member.page.getByRole('link', { name: 'Inzage', exact: true }).first())
    await press(member.page.getByRole('button', { name: 'Ja, dit verzoek is van mij' }))
    await member.page.getByText('Vastgesteld dat het verzoek van u komt').waitFor()
    await member.leave()
  })
})
