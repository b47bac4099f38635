import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type RunningService, startService } from '../support/service.ts'
import {
  accessibilityProblems,
  expectToHear,
  logIn,
  ownCalls,
  playButton,
  sidewaysScroll,
  slider,
  soundOf,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'
const COACH = 'Cleo Fictief'
/** WCAG 2.2, 2.5.8: CSS pixels of the smallest target. */
const SMALLEST_TARGET = 24

const resources = new AsyncDisposableStack()
let service: RunningService
let browser: Browser

beforeAll(async () => {
  service = await startService({ issuer: 'demo' })
  resources.defer(() => service.stop())
  browser = await launchBrowser()
  resources.defer(() => browser.close())
})
afterAll(() => resources.disposeAsync())

/** Every page a member meets, one after the other, with what is to be looked at once it is there. */
async function walk(page: Page, look: (place: string) => Promise<void>): Promise<void> {
  await page.goto('/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look('welcome')
  await logIn(page, MEMBER)
  await playButton(page).first().waitFor()
  await look('calls')
  await playButton(page).first().click()
  await slider(page).waitFor()
  await look('calls with the player open')
  const [call] = await ownCalls(page)
  await page.goto(`/gesprekken/${call?.id}`)
  await page.locator('a[download]').waitFor()
  for (const summary of await page.locator('summary').all()) await summary.click()
  await look('one call')
  await page.goto('/gesprekken/not-a-call')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look('no such call')
}

describe.each(['nl', 'en'] as const)('in %s', (language) => {
  test.each([
    ['light', false],
    ['dark', true],
  ])('axe-core finds nothing wrong on any page in the %s theme', async (_theme, dark) => {
    const { page, leave } = await visit(browser, service.baseUrl, { language, dark })
    await walk(page, async (place) => {
      expect({ place, problems: await accessibilityProblems(page) }).toEqual({ place, problems: [] })
    })
    await leave()
  })

  test('axe-core finds nothing wrong where staff land, and where a session has ended', async () => {
    const { page, context, leave } = await visit(browser, service.baseUrl, { language })
    await logIn(page, COACH)
    expect(await accessibilityProblems(page)).toEqual([])
    await context.clearCookies()
    await logIn(page, MEMBER)
    await playButton(page).first().waitFor()
    await context.clearCookies()
    await playButton(page).first().click()
    await page.getByRole('alert').getByRole('heading', { level: 1 }).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await leave()
  })
})

describe('on any screen', () => {
  test.each([
    ['a phone of 360 pixels', { width: 360, height: 740 }],
    ['a phone of 320 pixels', { width: 320, height: 640 }],
    ['a laptop at 200 %', { width: 640, height: 400, zoom: 2 }],
  ])('on %s nothing has to be scrolled sideways, in either language', async (_screen, size) => {
    for (const language of ['nl', 'en'] as const) {
      const { page, leave } = await visit(browser, service.baseUrl, { ...size, language })
      await walk(page, async (place) => {
        expect({ place, language, sideways: await sidewaysScroll(page) }).toEqual({
          place,
          language,
          sideways: 0,
        })
      })
      await leave()
    }
  })

  test('every button, list and slider is large enough to hit', async () => {
    const { page, leave } = await visit(browser, service.baseUrl, { width: 360, height: 740 })
    await walk(page, async (place) => {
      for (const target of await page.locator('button, select, input, summary, a.button').all()) {
        const box = await target.boundingBox()
        const smallest = Math.min(box?.width ?? 0, box?.height ?? 0)
        const name = await target.evaluate((element: { outerHTML: string }) => element.outerHTML)
        expect(smallest, `${place}: ${name}`).toBeGreaterThanOrEqual(SMALLEST_TARGET)
      }
    })
    await leave()
  })
})

describe('without a mouse', () => {
  /** Presses Tab until the focus is on the wanted element; a page nobody can tab through ends the test. */
  async function tabTo(page: Page, wanted: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab')
      if (await page.locator(`${wanted}:focus`).count()) return
    }
    throw new Error(`Tab never reached ${wanted}`)
  }

  test('a member logs in, skips to the calls, plays, moves, reads and logs out by keyboard alone', async () => {
    const { page, leave } = await visit(browser, service.baseUrl)
    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await tabTo(page, 'a[href^="/login"]')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: new RegExp(MEMBER) }).waitFor()
    await tabTo(page, 'button')
    await page.keyboard.press('Enter')
    await playButton(page).first().waitFor()

    await tabTo(page, 'a[href="#content"]')
    await page.keyboard.press('Enter')
    await tabTo(page, 'button[aria-label^="Afspelen"]')
    await page.keyboard.press('Space')
    await expectToHear(page)
    await tabTo(page, 'input[type=range]')
    const before = (await soundOf(page)).currentTime
    await page.keyboard.press('ArrowRight')
    await expect.poll(async () => (await soundOf(page)).currentTime).toBeGreaterThan(before + 4)
    await page.keyboard.press('k')
    await expect.poll(async () => (await soundOf(page)).paused).toBe(true)

    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /^Gesprek van / }).waitFor()
    expect(await page.locator('h1:focus').count()).toBe(1)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Mijn gesprekken' }).waitFor()
    await leave()
  })

  test('the focus can always be seen', async () => {
    const { page, leave } = await visit(browser, service.baseUrl)
    await logIn(page, MEMBER)
    await playButton(page).first().waitFor()
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      const outline = await focused.evaluate('(element) => getComputedStyle(element).outlineStyle')
      expect(outline, await focused.evaluate('(element) => element.outerHTML')).toBe('solid')
    }
    await leave()
  })
})
