import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PEOPLE, type Shot, shotsOf } from '../screenshots/pages.ts'
import { openStaffDemo, type StaffDemo } from './staff-demo.ts'
import { accessibilityProblems, PATIENT, sidewaysScroll, visit } from './web-visit.ts'

/** Some fifty pages, one after the other, on a machine that may be busy. */
const ALL_PAGES = { timeout: 480_000 }
const LANGUAGES = { nl: 'Nederlands', en: 'English' } as const
/** What a phone has, and what a laptop of 1280 has left at 200 % zoom (WCAG 1.4.10). */
const WIDTHS = [360, 640]
const LAPTOP = 1280

let demo: StaffDemo
let pages: ReadonlyMap<string, Page>
let shots: readonly Shot[]

beforeAll(async () => {
  demo = await openStaffDemo()
  const open: [string, Page][] = []
  for (const person of PEOPLE) open.push([person, await demo.as(person)])
  pages = new Map(open)
  for (const page of pages.values()) await page.goto('/')
  shots = await shotsOf(pages)
})
afterAll(async () => {
  await demo.leaveAll()
  await demo.close()
})

interface Route {
  readonly path?: string
  readonly loader?: unknown
  readonly children?: readonly Route[]
}

interface Router {
  readonly routes: readonly Route[]
  readonly matchRoutes: (routes: readonly Route[], path: string) => { readonly route: Route }[] | null
}

/** The routes of the page itself; imported without their types, which are those of a browser. */
async function routerOfThePage(): Promise<Router> {
  const modules = [new URL('../../src/web/routes.tsx', import.meta.url).href, 'react-router']
  const [own, library] = await Promise.all(modules.map((module) => import(module)))
  return { routes: own.routes, matchRoutes: library.matchRoutes }
}

const leavesOf = (routes: readonly Route[]): Route[] =>
  routes.flatMap((route) => (route.children ? leavesOf(route.children) : [route]))

test('what is looked at here and in the pictures is every page there is', async () => {
  const { routes, matchRoutes } = await routerOfThePage()
  const shown = new Set(shots.map(({ path }) => matchRoutes(routes, path)?.at(-1)?.route))
  const isPage = ({ path, loader }: Route) => path !== '*' && !loader
  const missing = leavesOf(routes).filter((route) => isPage(route) && !shown.has(route))
  expect(missing.map(({ path }) => path)).toEqual([])
})

test(
  'axe-core finds nothing wrong on any page, and none is wider than a phone, twice the zoom or twice the letters',
  ALL_PAGES,
  async () => {
    const guest = await visit(demo)
    const found: string[] = []
    for (const { name, person, path } of shots) {
      const page = person === null ? guest.page : pages.get(person)
      if (!page) throw new Error(`nobody is there for ${name}`)
      await open(page, path)
      for (const [language, button] of Object.entries(LANGUAGES)) {
        await page.getByRole('button', { name: button, exact: true }).click()
        await page.locator(`html[lang=${language}]`).waitFor()
        const problems = [...(await widthProblems(page)), ...(await problemsIn(page, language))]
        found.push(...problems.map((problem) => `${name}, ${language}: ${problem}`))
      }
    }
    await guest.leave()
    expect(found).toEqual([])
  },
)

/** With everything unfolded that can be. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => page.locator('.loading').count(), PATIENT).toBe(0)
  for (const summary of await page.locator('summary').all()) await summary.click()
}

/** Colours in both themes; the dark one has no words of its own, so one language is enough for it. */
async function problemsIn(page: Page, language: string): Promise<string[]> {
  const found = await accessibilityProblems(page)
  if (language !== 'nl') return found
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await accessibilityProblems(page, 'colours')
  await page.emulateMedia({ colorScheme: 'light' })
  return [...found, ...dark.map((problem) => `dark: ${problem}`)]
}

/** The innermost words that stand out of the window, for whoever has to repair it. */
const widestOf = (page: Page): Promise<unknown> =>
  page.evaluate(`(() => {
    const texts = document.createNodeIterator(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      range.selectNode(text)
      const isOut = range.getBoundingClientRect().right > document.documentElement.clientWidth
      if (isOut && !text.parentElement.closest('.unseen')) return text.data
    }
  })()`)

async function widthProblems(page: Page): Promise<string[]> {
  const found: string[] = []
  const look = async (how: string) => {
    const wider = await sidewaysScroll(page)
    if (wider > 0) found.push(`${how}: ${wider} pixels too wide, by ${await widestOf(page)}`)
  }
  const lettersOf = (size: string) => page.evaluate(`document.documentElement.style.fontSize = '${size}'`)
  await page.setViewportSize({ width: LAPTOP, height: 1024 })
  await lettersOf('200%')
  await look('letters twice as large')
  await lettersOf('')
  for (const width of WIDTHS.toReversed()) {
    await page.setViewportSize({ width, height: 740 })
    await look(`a width of ${width}`)
  }
  return found
}
