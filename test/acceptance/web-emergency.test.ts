import pg from 'pg'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY } from '../../src/kernel/units.ts'
import { COACH, MEMBER, openStaffDemo, recordings, type StaffDemo } from './staff-demo.ts'
import {
  accessibilityProblems,
  expectToHear,
  PATIENT,
  playButton,
  press,
  sidewaysScroll,
  tabTo,
  type,
} from './web-visit.ts'

/** Several people meet in these, on a machine that may be busy. */
const STORY = { timeout: 240_000 }
const MANAGER = 'Roos Register'
const OFFICER = 'Pim Proef'
const SECOND = 'Petra Proefpersoon'
const AUDITOR = 'Ada Aanname'
const REASON = 'Lid ligt in het ziekenhuis, polis moet nu bekend zijn'

let demo: StaffDemo

beforeAll(async () => {
  demo = await openStaffDemo()
  return () => demo.close()
}, 180_000)
afterEach(() => demo.leaveAll())

/** The part of the page under a heading. */
const part = (page: Page, heading: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: heading, exact: true }) })

const saidAndFocused = (page: Page, text: string): Promise<void> =>
  page.locator('[role=status]:focus', { hasText: text }).waitFor()

const emergencyOf = (page: Page): Locator => page.getByRole('row').filter({ hasText: REASON })

/** Opens a recording by keyboard alone, from the button to the sound. */
async function openByKeyboard(page: Page, id: string): Promise<void> {
  await page.goto('/noodtoegang')
  const begin = page.getByRole('button', { name: 'Noodtoegang gebruiken' })
  await begin.waitFor()
  await tabTo(begin)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Kenmerk van de opname' }).waitFor()
  await page.keyboard.type(id)
  await page.keyboard.press('Tab')
  await page.keyboard.type('Te kort')
  await page.getByText('Nog ten minste 13 tekens.').waitFor()
  await tabTo(page.getByRole('button', { name: 'Opname openen' }))
  await page.keyboard.press('Enter')
  await page.getByText('De reden is te kort: nog 13 tekens.').waitFor()
  // The focus is back where it can be put right.
  await page.keyboard.press('Control+a')
  await page.keyboard.type(REASON)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await saidAndFocused(page, 'De opname is open.')
  await tabTo(playButton(page))
  await page.keyboard.press('Enter')
}

describe('emergency access', () => {
  test('opened and heard by one, judged by another, and seen by the member', STORY, async () => {
    const member = await demo.as(MEMBER)
    const [call] = await recordings(member)
    const id = call?.id ?? ''

    const officer = await demo.as(OFFICER)
    await openByKeyboard(officer, id)
    await expectToHear(officer)
    expect(await officer.getByRole('timer').textContent()).toMatch(/^(60:00|5\d:\d\d)$/)
    // Whoever opened it cannot judge it.
    await emergencyOf(officer).getByText('Dat moet iemand anders doen: u hebt zelf geopend.').waitFor()
    expect(await officer.getByRole('button', { name: /^Beoordelen/ }).count()).toBe(0)

    await member.goto(`/gesprekken/${id}`)
    const row = member.getByRole('row').filter({ hasText: 'in een noodgeval' })
    await row.filter({ hasText: 'privacyfunctionaris' }).waitFor()
    expect(await member.locator('main').textContent()).not.toContain('Pim')

    const second = await demo.as(SECOND)
    await second.goto('/noodtoegang')
    await emergencyOf(second)
      .getByText(/^open tot \d\d:\d\d$/)
      .waitFor()
    await emergencyOf(second)
      .getByRole('button', { name: /^Beoordelen/ })
      .click()
    const dialog = second.getByRole('dialog', { name: 'Noodtoegang beoordelen' })
    await dialog.getByRole('combobox').selectOption('unjustified')
    await dialog.getByRole('textbox', { name: 'Toelichting' }).fill('De polis stond ook in het dossier')
    await dialog.getByRole('button', { name: 'Oordeel vastleggen' }).click()
    await saidAndFocused(second, 'Uw oordeel is vastgelegd.')
    await second.getByText('Er is niets om te beoordelen.').waitFor()
    await second.getByRole('combobox', { name: 'Tonen' }).selectOption('reviewed')
    await emergencyOf(second).getByText('onterecht', { exact: true }).waitFor()

    // What was not justified is over at once.
    await officer.reload()
    await officer.getByRole('button', { name: 'Noodtoegang gebruiken' }).waitFor()
    await expect.poll(() => officer.locator('.loading').count(), PATIENT).toBe(0)
    expect(await officer.getByRole('timer').count()).toBe(0)
  })

  test('whoever logged in a while ago logs in again before anything is filled in', STORY, async () => {
    const manager = await demo.as(MANAGER)
    const database = new pg.Pool({ connectionString: demo.databaseUrl, max: 1 })
    await database.query(`update web_session set authenticated_at = authenticated_at - interval '11 minutes'`)
    await manager.goto('/noodtoegang')
    await manager.getByRole('button', { name: 'Noodtoegang gebruiken' }).click()
    const dialog = manager.getByRole('dialog', { name: 'Bevestig dat u het bent' })
    const again = dialog.getByRole('link', { name: 'Inloggen en terugkomen' })
    expect(await again.getAttribute('href')).toContain(encodeURIComponent('/noodtoegang'))
    await database.query(`update web_session set authenticated_at = authenticated_at + interval '11 minutes'`)
    await database.end()
  })

  test('an unknown recording opens nothing, and what was filled in stays', STORY, async () => {
    const manager = await demo.as(MANAGER)
    await manager.goto('/noodtoegang')
    await manager.getByRole('button', { name: 'Noodtoegang gebruiken' }).click()
    await manager.getByRole('textbox', { name: 'Kenmerk' }).fill('0193f0a0-0000-7000-8000-000000000000')
    await manager.getByRole('textbox', { name: 'Waarom' }).fill(REASON)
    await manager.getByRole('button', { name: 'Opname openen' }).click()
    await manager.getByRole('alert').getByText('Dit bestaat niet, of het is niet voor u.').waitFor()
    expect(await manager.getByRole('textbox', { name: 'Waarom' }).inputValue()).toBe(REASON)
    expect(await manager.getByRole('heading', { name: 'Wat is geopend' }).count()).toBe(0)
  })
})

describe('what was noticed of staff', () => {
  test('is settled with a note, and is then off the list', STORY, async () => {
    const coach = await demo.as(COACH)
    expect((await coach.request.get('/v1/recordings?memberRef=M-1001')).status()).toBe(403)
    const page = await demo.as(OFFICER)
    await page.goto('/toezicht')
    const noticed = part(page, 'Opvallend gedrag van medewerkers')
    await noticed.getByText('zocht als coach naar gesprekken').waitFor()
    await press(noticed.getByRole('button', { name: 'Afhandelen: cleo' }))
    const dialog = page.getByRole('dialog', { name: 'Afhandelen' })
    await type(dialog.getByRole('textbox', { name: 'Wat eruit kwam' }), 'Een vergissing, besproken')
    await press(dialog.getByRole('button', { name: 'Vastleggen' }))
    await page.locator('[role=status]:focus', { hasText: 'Vastgelegd.' }).waitFor()
    await noticed.getByText('Er is niets opgevallen.').waitFor()
  })
})

describe('the audit log', () => {
  test('is filtered, goes on, and the browser checks that an event is in it', STORY, async () => {
    const auditor = await demo.as(AUDITOR)
    await auditor.goto('/logboek')
    const events = part(auditor, 'Gebeurtenissen')
    await events.getByText('50 gebeurtenissen getoond, nieuwste eerst; er zijn er meer.').waitFor()
    await events.getByRole('button', { name: 'Meer tonen' }).click()
    await expect.poll(() => events.getByRole('row').count(), PATIENT).toBeGreaterThan(51)

    const form = auditor.getByRole('form', { name: 'Logboek doorzoeken' })
    await form.getByRole('combobox', { name: 'Wat er gebeurde' }).selectOption('break_glass.opened')
    await form.getByRole('textbox', { name: 'Account' }).fill('pim')
    await form.getByRole('button', { name: 'Tonen' }).click()
    await events.getByText('1 gebeurtenis getoond, nieuwste eerst.').waitFor()
    expect(auditor.url()).not.toContain('pim')
    await events.getByRole('row').filter({ hasText: 'pim (privacyfunctionaris)' }).waitFor()
    await events.getByRole('button', { name: /^nr. \d+: Noodtoegang geopend$/ }).click()
    const dialog = auditor.getByRole('dialog', { name: 'Noodtoegang geopend' })
    await dialog.getByText(/^Staat in het verzegelde logboek, op plaats \d+ van controlepunt \d+\./).waitFor()
    await auditor.keyboard.press('Escape')

    await form.getByLabel('Tot en met').fill('2020-01-01')
    await form.getByRole('button', { name: 'Tonen' }).click()
    await events.getByText('Er is niets gevonden.').waitFor()

    const coming = auditor.waitForEvent('download')
    await auditor.getByRole('link', { name: 'Logboek downloaden' }).click()
    expect((await coming).suggestedFilename()).toMatch(/^audit-\d+\.jsonl$/)
  })

  test('a proof that does not hold is told from one that does', STORY, async () => {
    const auditor = await demo.as(AUDITOR)
    await auditor.route('**/v1/audit/proof?*', async (route) => {
      const answer = await route.fetch()
      const inclusion = (await answer.json()) as { entry: string }
      const entry = inclusion.entry.replace('"outcome":"ok"', '"outcome":"denied"')
      await route.fulfill({ response: answer, json: { ...inclusion, entry } })
    })
    await auditor.goto('/logboek')
    await auditor.getByRole('combobox', { name: 'Wat er gebeurde' }).selectOption('session.started')
    await auditor.getByRole('button', { name: 'Tonen', exact: true }).click()
    await auditor
      .getByRole('button', { name: /^nr. \d+: Ingelogd$/ })
      .first()
      .click()
    await auditor.getByText('Het bewijs klopt niet.').waitFor()
  })
})

const PLACES = [
  ...['/noodtoegang', '/logboek', '/inzage-uitgesteld', '/naamverzoeken', '/datalekken'],
  '/verwerkingsregister',
]

/** The whole of the demo's time is asked about, so that something is found. */
async function findOut(page: Page, submit: string): Promise<void> {
  await page.locator('input[type=date]').first().fill('2020-01-01')
  await page.locator('input[type=date]').last().fill('2099-12-31')
  await page.getByRole('button', { name: submit }).click()
  await page.locator('h2:focus').waitFor()
}

async function send(page: Page, path: string, data: object): Promise<void> {
  const { csrfToken } = (await (await page.request.get('/v1/me')).json()) as { csrfToken: string }
  const headers = { 'x-csrf-token': csrfToken, origin: demo.baseUrl }
  const answer = await page.request.post(path, { data, headers })
  // Asked before, in the other language.
  expect([201, 409]).toContain(answer.status())
}

/** A proposal and a question, so that the pages have something to show. */
async function askAll(officer: Page): Promise<void> {
  const day = new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10)
  const why = { necessity: 'Het lid zou stukken wegmaken.', proportionality: 'Alleen dit onderzoek, kort.' }
  const until = { withheldUntil: day, reviewBy: day }
  await send(officer, '/v1/withheld-accesses', { entity: 'hmbs', caseRef: 'F-1', ...why, ...until })
  const member = await demo.as(MEMBER)
  const [call] = await recordings(member)
  const path = `/v1/recordings/${call?.id}/accesses`
  const { items } = (await (await member.request.get(path)).json()) as {
    items: { id: string | null; byYou: boolean }[]
  }
  const line = items.find(({ id, byYou }) => id !== null && !byYou)
  await send(member, `${path}/${line?.id}/name-request`, { reason: 'Ik denk dat ik haar ken.' })
}

/** The page with something on it. */
async function openFilled(page: Page, place: string, language: 'nl' | 'en'): Promise<void> {
  await page.goto(place)
  await page.getByRole('heading', { level: 1 }).waitFor()
  if (place === '/noodtoegang') {
    await page.getByRole('button', { name: /^(Noodtoegang gebruiken|Use emergency)/ }).click()
    await page.getByRole('combobox').selectOption('all')
  }
  if (place === '/datalekken') await findOut(page, language === 'nl' ? 'Uitzoeken' : 'Find out')
  await expect.poll(() => page.locator('.loading').count(), PATIENT).toBe(0)
  await page.getByRole('table').first().waitFor()
}

async function expectAccessible(page: Page, place: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect([place, colorScheme, await accessibilityProblems(page)]).toEqual([place, colorScheme, []])
  }
  for (const width of [360, 640]) {
    await page.setViewportSize({ width, height: 740 })
    expect([place, width, await sidewaysScroll(page)]).toEqual([place, width, 0])
  }
}

describe('for everybody', () => {
  test('an officer has two short rows of ways, and knows where they are', STORY, async () => {
    const page = await demo.as(OFFICER)
    await page.goto('/goedkeuringen')
    const groups = page.getByRole('navigation', { name: 'Onderdelen' })
    const inside = page.getByRole('navigation', { name: 'Bewaren' })
    await inside.getByRole('link', { name: 'Goedkeuringen' }).waitFor()
    expect(await groups.locator('[aria-current]').allTextContents()).toEqual(['Bewaren'])
    expect(await inside.locator('[aria-current=page]').allTextContents()).toEqual(['Goedkeuringen'])
    await groups.getByRole('link', { name: 'Rechten' }).click()
    await page.getByRole('navigation', { name: 'Rechten' }).getByRole('link', { name: 'Noodtoegang' }).click()
    await page.getByRole('heading', { level: 1, name: 'Noodtoegang' }).waitFor()
  })

  /** 640 CSS pixels are what a laptop of 1280 has at 200 % zoom (WCAG 1.4.10). */
  test.each(['nl', 'en'] as const)(
    'axe-core finds nothing wrong and nothing scrolls sideways (%s)',
    STORY,
    async (language) => {
      const page = await demo.as(OFFICER, { language, width: 360 })
      await askAll(page)
      for (const place of PLACES) {
        await openFilled(page, place, language)
        await expectAccessible(page, place)
      }
    },
  )
})
