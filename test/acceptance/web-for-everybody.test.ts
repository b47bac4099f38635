import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  type Demo,
  expectToHear,
  logIn,
  openDemo,
  ownCalls,
  PATIENT,
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

let demo: Demo

beforeAll(async () => {
  demo = await openDemo()
  return () => demo.close()
})

type Look = (place: string) => Promise<void>

/** Every page a member meets, one after the other, with what is to be looked at once it is there. */
async function walk(page: Page, look: Look): Promise<void> {
  await page.goto('/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look('welcome')
  await logIn(page, MEMBER)
  await playButton(page).first().waitFor()
  await look('calls')
  await page.goto('/voorkeuren')
  await page.getByRole('checkbox').first().waitFor()
  await look('preferences')
  const [call] = await ownCalls(page)
  await page.goto(`/gesprekken/${call?.id}`)
  await page.locator('a[download]').waitFor()
  for (const summary of await page.locator('summary').all()) await summary.click()
  await look('one call')
  await walkAstray(page, look)
}

/** What these pages show after something was done there, or when there is nothing. */
async function walkAstray(page: Page, look: Look): Promise<void> {
  await page.goto('/?zoek=gesprek+dat+er+niet+is')
  await page.getByRole('searchbox').waitFor()
  await look('calls, searched in vain')
  await page.goto('/')
  await playButton(page).first().click()
  await slider(page).waitFor()
  await look('calls with the player open')
  await page.goto('/gesprekken/not-a-call')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look('no such call')
}

const LANGUAGES = { nl: 'Nederlands', en: 'English' } as const

/** Shows the same page in both languages, switched the way a visitor does. */
async function inBothLanguages(page: Page, look: (language: string) => Promise<void>): Promise<void> {
  for (const [language, name] of Object.entries(LANGUAGES).toReversed()) {
    await page.getByRole('button', { name, exact: true }).click()
    await page.locator(`html[lang=${language}]`).waitFor()
    await look(language)
  }
}

/** Everything axe-core finds on the page as it is, in both languages and both themes. */
async function problemsInAllLooks(page: Page, place: string): Promise<string[]> {
  const found: string[] = []
  await inBothLanguages(page, async (language) => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      const problems = await accessibilityProblems(page)
      found.push(...problems.map((problem) => `${place}, ${language}, ${colorScheme}: ${problem}`))
    }
  })
  return found
}

describe('with assistive technology', () => {
  test('axe-core finds nothing wrong off the main roads, in Dutch and English, light and dark', async () => {
    const { page, leave } = await visit(demo)
    await logIn(page, MEMBER)
    await walkAstray(page, async (place) => expect(await problemsInAllLooks(page, place)).toEqual([]))
    await leave()
  })

  test('axe-core finds nothing wrong where staff land, and where a session has ended', async () => {
    const { page, context, leave } = await visit(demo)
    await logIn(page, COACH)
    expect(await problemsInAllLooks(page, 'staff')).toEqual([])
    await context.clearCookies()
    await logIn(page, MEMBER)
    await playButton(page).first().waitFor()
    await context.clearCookies()
    await playButton(page).first().click()
    await page.getByRole('alert').getByRole('heading', { level: 1 }).waitFor()
    expect(await problemsInAllLooks(page, 'session ended')).toEqual([])
    await leave()
  })
})

describe('on any screen', () => {
  /** What a laptop of 1280 CSS pixels has at 400 % zoom (WCAG 1.4.10). */
  test('on a width of 320 nothing has to be scrolled sideways', async () => {
    const { page, leave } = await visit(demo, { width: 320, height: 640 })
    await walk(page, (place) =>
      inBothLanguages(page, async (language) => {
        expect({ place, language, sideways: await sidewaysScroll(page) }).toEqual({
          place,
          language,
          sideways: 0,
        })
      }),
    )
    await leave()
  })

  test('every button, list and slider is large enough to hit', async () => {
    const { page, leave } = await visit(demo, { width: 360, height: 740 })
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
    const { page, leave } = await visit(demo)
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
    await expect.poll(async () => (await soundOf(page)).currentTime, PATIENT).toBeGreaterThan(before + 4)
    await page.keyboard.press('k')
    await expect.poll(async () => (await soundOf(page)).paused, PATIENT).toBe(true)

    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /^Gesprek van / }).waitFor()
    expect(await page.locator('h1:focus').count()).toBe(1)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Mijn gesprekken' }).waitFor()

    await page.getByRole('button', { name: 'Uitloggen' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('a[href^="/login"]').waitFor()
    await leave()
  })

  test('the focus can always be seen', async () => {
    const { page, leave } = await visit(demo)
    await logIn(page, MEMBER)
    await playButton(page).first().waitFor()
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      const focused = String(await page.evaluate('document.activeElement.outerHTML'))
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), focused).toBe(
        'solid',
      )
    }
    await leave()
  })
})
