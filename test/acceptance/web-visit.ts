import axe from 'axe-core'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { copyDemo } from '../support/demo-data.ts'
import { type RunningService, startService } from '../support/running-service.ts'

/** For `expect.poll`: a busy machine may take its time; nothing here measures speed. */
export const PATIENT = { timeout: 15_000 }

export interface Demo {
  readonly baseUrl: string
  readonly browser: Browser
  readonly service: RunningService
  /** To make happen what only time would: nothing else is read or changed past the service. */
  readonly databaseUrl: string
  close(): Promise<void>
}

/** The real service with the demo's people and calls, all delivered, and a browser beside it. */
export async function openDemo(env: Readonly<Record<string, string>> = {}): Promise<Demo> {
  const resources = new AsyncDisposableStack()
  try {
    const { database, bucket, dataDir, remove } = await copyDemo()
    resources.defer(remove)
    const service = await startService({ issuer: 'demo', databaseUrl: database.url, dataDir, bucket, env })
    resources.defer(() => service.stop())
    const browser = await launchBrowser()
    resources.defer(() => browser.close())
    const close = () => resources.disposeAsync()
    return { baseUrl: service.baseUrl, browser, service, databaseUrl: database.url, close }
  } catch (error) {
    await resources.disposeAsync()
    throw error
  }
}

export type LoggedIn = Awaited<ReturnType<BrowserContext['storageState']>>

export interface VisitOptions {
  readonly language?: 'nl' | 'en'
  readonly width?: number
  readonly height?: number
  /** Cookies of somebody who has logged in before, see `loggedIn`. */
  readonly as?: LoggedIn
}

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Paths of the requests for listening sessions so far. */
  readonly playbacks: readonly string[]
  /** Ends the visit; fails when the page broke its security policy, left its origin or threw. */
  leave(): Promise<void>
}

/** What the tests read of the `<audio>` element. */
export interface Sound {
  readonly currentTime: number
  readonly duration: number
  readonly paused: boolean
  readonly playbackRate: number
  readonly error: { readonly message: string } | null
}

/** A fresh browser profile on the page, in a language, with an eye on what it should not do. */
export async function visit(
  { browser, baseUrl }: Pick<Demo, 'browser' | 'baseUrl'>,
  options: VisitOptions = {},
): Promise<Visit> {
  const { language = 'nl', width = 1280, height = 900, as: storageState } = options
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width, height },
    reducedMotion: 'reduce',
    acceptDownloads: true,
    ...(storageState && { storageState }),
  })
  await context.addInitScript(`localStorage.setItem('listenback.language', '${language}')`)
  const page = await context.newPage()
  const troubles: string[] = []
  const playbacks: string[] = []
  page.on('pageerror', (error) => troubles.push(`thrown: ${error.message}`))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) troubles.push(message.text())
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.origin !== baseUrl) troubles.push(`left the origin: ${request.url()}`)
    if (request.method() === 'POST' && url.pathname.endsWith('/playbacks')) playbacks.push(url.pathname)
  })
  return {
    page,
    context,
    playbacks,
    async leave() {
      await context.close()
      expect(troubles).toEqual([])
    },
  }
}

/** Logs in through the demo's identity provider, as a person would, and waits for the page to be back. */
export async function logIn(page: Page, person: string): Promise<void> {
  await page.goto('/')
  await page.getByRole('link', { name: /^(Inloggen|Log in)$/ }).click()
  await page.getByRole('button', { name: new RegExp(person) }).click()
  await page.getByText(person).waitFor()
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Logs in once and gives the cookies, for tests that are about what comes after the login. */
export async function loggedIn(demo: Demo, person: string): Promise<LoggedIn> {
  const { page, context, leave } = await visit(demo)
  await logIn(page, person)
  const cookies = await context.storageState()
  await leave()
  return cookies
}

export interface CallFacts {
  readonly id: string
  readonly durationSeconds: number
}

/** The calls that the API gives this visitor, the longest first. */
export async function ownCalls(page: Page): Promise<CallFacts[]> {
  const response = await page.request.get('/v1/recordings?limit=100')
  const { items } = (await response.json()) as { items: CallFacts[] }
  return items.toSorted((a, b) => b.durationSeconds - a.durationSeconds)
}

/** The row of one call in the list. */
export const rowOf = (page: Page, { id }: CallFacts): Locator =>
  page.getByRole('listitem').filter({ has: page.locator(`a[href="/gesprekken/${id}"]`) })

export const playButton = (place: Page | Locator): Locator =>
  place.getByRole('button', { name: /^(Afspelen|Play)/ })

export const pauseButton = (place: Page | Locator): Locator =>
  place.getByRole('button', { name: /^(Pauzeren|Pause)/ })

export const slider = (place: Page | Locator): Locator => place.getByRole('slider')

export const soundOf = (page: Page): Promise<Sound> =>
  page.locator('audio').evaluate((audio: Sound) => ({
    currentTime: audio.currentTime,
    duration: audio.duration,
    paused: audio.paused,
    playbackRate: audio.playbackRate,
    error: audio.error && { message: audio.error.message },
  }))

/** Waits until the sound really runs: the time goes on by itself, over a moment. */
export async function expectToHear(page: Page): Promise<void> {
  const first = await soundOf(page)
  await expect.poll(async () => (await soundOf(page)).currentTime, PATIENT).not.toBe(first.currentTime)
  const { currentTime } = await soundOf(page)
  await expect.poll(async () => (await soundOf(page)).currentTime, PATIENT).toBeGreaterThan(currentTime)
  const now = await soundOf(page)
  expect(now.error).toBeNull()
  expect(now.paused).toBe(false)
  expect(now.duration).toBeGreaterThan(0)
}

/** Presses Tab until the focus is on the wanted element; a page nobody can tab through ends the test. */
export async function tabTo(wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await wanted.page().keyboard.press('Tab')
  }
  throw new Error('Tab never reached it')
}

/** What a click does, without a mouse. */
export async function press(wanted: Locator, key = 'Enter'): Promise<void> {
  await tabTo(wanted)
  await wanted.page().keyboard.press(key)
}

/** What filling in does, without a mouse. */
export async function type(field: Locator, text: string): Promise<void> {
  await tabTo(field)
  // How a date is typed differs by browser and language; that it is reached does not.
  if (/^date/.test((await field.getAttribute('type')) ?? '')) return field.fill(text)
  const { keyboard } = field.page()
  await keyboard.press('Control+a')
  await keyboard.insertText(text)
}

/** Moves through a list of choices, without a mouse, until the wanted one is chosen. */
export async function choose(list: Locator, label: string): Promise<void> {
  await tabTo(list)
  const { keyboard } = list.page()
  await keyboard.press('Home')
  for (let presses = 0; presses < 80; presses++) {
    const chosen = await list.evaluate(({ selectedOptions: [option] }: Choices) => option?.label)
    if (chosen === label) return
    await keyboard.press('ArrowDown')
  }
  throw new Error(`there is no ${label} to choose`)
}

interface Choices {
  readonly selectedOptions: readonly { readonly label: string }[]
}

/** What a theme changes of all that axe-core looks at. */
const COLOURS = ['color-contrast', 'link-in-text-block']
const EVERYTHING = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * What axe-core finds against WCAG 2.2 A and AA and its best practices: one line each, with the element. `colours`
 * looks only at those, for a page of which the rest was looked at already.
 * The source is evaluated by the browser's debugger, which the page's policy does not concern.
 */
export async function accessibilityProblems(page: Page, only?: 'colours'): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe.source)
  const runOnly = only ? { type: 'rule', values: COLOURS } : { type: 'tag', values: EVERYTHING }
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)} }).then(({ violations }) => violations)`,
  )) as { id: string; nodes: { html: string; failureSummary: string }[] }[]
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

/** CSS pixels by which the page is wider than the window. */
export const sidewaysScroll = async (page: Page): Promise<number> =>
  Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))

/** Starts a sweep from its page, without a mouse, and is then on the page of the run. */
export async function startSweep(page: Page): Promise<void> {
  await press(page.getByRole('button', { name: 'Nu uitvoeren' }))
  await press(page.getByRole('dialog').getByRole('button', { name: 'Ja, nu uitvoeren' }))
  await page.waitForURL(/\/opruimen\/[0-9a-f-]{36}$/)
}
