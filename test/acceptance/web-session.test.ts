import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  type Demo,
  type LoggedIn,
  loggedIn,
  logIn,
  openDemo,
  PATIENT,
  sidewaysScroll,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'

let demo: Demo
let database: pg.Client
let guest: Visit | undefined
let shared: LoggedIn | undefined

beforeAll(async () => {
  demo = await openDemo()
  database = new pg.Client(demo.databaseUrl)
  await database.connect()
  return async () => {
    await database.end()
    await demo.close()
  }
})
afterEach(async () => {
  await guest?.leave()
  guest = undefined
})

/** Somebody who just logged in, for tests in which the session ends. */
async function member(): Promise<Page> {
  guest = await visit(demo)
  await logIn(guest.page, MEMBER)
  return guest.page
}

/** Somebody with the session that the tests share in which it goes on. */
async function memberAgain(options: VisitOptions = {}): Promise<Page> {
  shared ??= await loggedIn(demo, MEMBER)
  await database.query('update web_session set seen_at = now()')
  guest = await visit(demo, { ...options, as: shared })
  await guest.page.goto('/')
  await guest.page.getByText(MEMBER).waitFor()
  return guest.page
}

/** As if so many minutes had passed without a request, and the computer woke up. */
async function idleFor(page: Page, minutes: number): Promise<void> {
  await database.query(`update web_session set seen_at = now() - make_interval(mins => $1)`, [minutes])
  await wakeUp(page)
}

/** As if the login was nearly eight hours ago. */
async function nearTheLimit(page: Page, minutesLeft: number): Promise<void> {
  await database.query(`update web_session set expires_at = now() + make_interval(mins => $1)`, [minutesLeft])
  await wakeUp(page)
}

const wakeUp = (page: Page) => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)

const warning = (page: Page) => page.getByRole('dialog', { name: /^(U wordt bijna uit|You are about to be)/ })

describe('before a session ends', () => {
  test('for want of use, a countdown asks who is there, and one press keeps it', async () => {
    const page = await memberAgain()
    expect(await warning(page).count()).toBe(0)
    await idleFor(page, 27)
    await warning(page)
      .getByText(/^U hebt een tijdje niets gedaan.* 2:\d\d/)
      .waitFor()
    // A clock that is read out every second would drown everything else.
    expect(await warning(page).locator('[aria-live]').textContent()).toBe('Nog 5 minuten.')
    await page.keyboard.press('Tab')
    await warning(page).getByRole('button', { name: 'Ingelogd blijven' }).press('Enter')
    await warning(page).waitFor({ state: 'hidden' })
    const { rows } = await database.query('select max(now() - seen_at)::text as unseen from web_session')
    expect(rows[0].unseen).toMatch(/^00:00/)
  })

  test('Escape counts as a sign of life, and the focus goes back to where it was', async () => {
    const page = await memberAgain()
    const search = page.getByRole('searchbox', { name: 'Zoeken' })
    await search.focus()
    await idleFor(page, 26)
    await warning(page).waitFor()
    await page.keyboard.press('Escape')
    await warning(page).waitFor({ state: 'hidden' })
    expect(await search.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  })

  test('somebody who is busy in another tab is not disturbed for long', async () => {
    const page = await memberAgain()
    await page.clock.install()
    await idleFor(page, 27)
    await warning(page).waitFor()
    await database.query('update web_session set seen_at = now()')
    await page.clock.fastForward(20_000)
    await warning(page).waitFor({ state: 'hidden' })
  })

  test('eight hours after the login only a new one helps, which comes back to the same page', async () => {
    const page = await member()
    await page.goto('/voorkeuren')
    await page.getByRole('checkbox').first().waitFor()
    await nearTheLimit(page, 4)
    await warning(page)
      .getByText(/bijna acht uur ingelogd.* [34]:\d\d/)
      .waitFor()
    await warning(page).getByRole('link', { name: 'Opnieuw inloggen' }).click()
    await page.getByRole('button', { name: new RegExp(MEMBER) }).click()
    await page.waitForURL('**/voorkeuren')
    await page.getByRole('checkbox').first().waitFor()
    expect(await warning(page).count()).toBe(0)
    const { rows } = await database.query('select max(expires_at - now())::text as left from web_session')
    expect(rows[0].left).toMatch(/^07:5/)
  })

  test.each([
    { language: 'nl', colorScheme: 'light', width: 1280 },
    { language: 'en', colorScheme: 'dark', width: 360 },
  ] as const)('everybody can read the warning: $language, $colorScheme, $width', async (look) => {
    const { colorScheme, ...options } = look
    const page = await memberAgain(options)
    await page.emulateMedia({ colorScheme })
    await idleFor(page, 27)
    await warning(page).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await sidewaysScroll(page)).toBe(0)
  })
})

describe('when a session is over', () => {
  test('the calls leave the screen, and the same page is one login away', async () => {
    const page = await member()
    await page.goto('/voorkeuren')
    await page.getByRole('checkbox').first().waitFor()
    await idleFor(page, 31)
    await page.getByRole('heading', { name: 'Uw sessie is verlopen' }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    const link = page.getByRole('link', { name: 'Opnieuw inloggen' })
    expect(await link.getAttribute('href')).toBe('/login?returnTo=%2Fvoorkeuren')
  })

  test('logging out of one tab empties the others', async () => {
    const page = await member()
    const other = await page.context().newPage()
    await other.goto('/')
    await other.getByText(MEMBER).waitFor()
    await page.getByRole('button', { name: 'Uitloggen' }).click()
    await page.getByRole('link', { name: 'Inloggen' }).waitFor()
    await other.getByText('U bent uitgelogd.').waitFor()
    expect(await other.getByText(MEMBER).count()).toBe(0)
  })

  test('logging out still ends in being logged out', async () => {
    const page = await member()
    await database.query('delete from web_session')
    await page.getByRole('button', { name: 'Uitloggen' }).click()
    await expect.poll(() => page.getByText(MEMBER).count(), PATIENT).toBe(0)
    await page.getByRole('link', { name: /nloggen/ }).waitFor()
    expect(await page.getByText('Uitloggen is niet gelukt').count()).toBe(0)
  })
})
