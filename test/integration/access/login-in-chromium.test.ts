import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../../support/browser.ts'
import { type Site, startSite } from './site.ts'

let browser: Browser
let site: Site
let context: BrowserContext
let page: Page

beforeAll(async () => {
  // To a browser `localhost` and `127.0.0.1` are different sites, as a provider and a service mostly are.
  site = await startSite({ host: 'localhost' })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await site.close()
})

beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})

afterEach(() => context.close())

async function logIn(returnTo: string): Promise<void> {
  await page.goto(`${site.origin}/login?returnTo=${encodeURIComponent(returnTo)}`)
  await page.fill('input[name=login]', 'jansen')
  await page.fill('input[name=password]', 'any')
  await page.click('button[type=submit]')
  await page.click('button[type=submit]')
  await page.waitForURL(`${site.origin}${returnTo}`)
}

test('a login at a provider on another site ends logged in, although the cookie is SameSite=Strict', async () => {
  await logIn('/v1/me')
  expect(JSON.parse((await page.locator('body').textContent()) ?? '')).toMatchObject({ sub: 'jansen' })
  const [cookie] = (await context.cookies(site.origin)).filter((one) => one.name === 'listenback')
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', expires: -1 })
})

test('the way back does not lead through the callback again', async () => {
  await page.goto(`${site.origin}/`)
  await logIn('/v1/me')
  await page.goBack()
  expect(page.url()).not.toContain('/login/callback')
})

test('a page of ours can change something, with the token it reads from /v1/me', async () => {
  await logIn('/')
  const before = site.changes()
  const status = await page.evaluate(`(async () => {
    const { csrfToken } = await (await fetch('/v1/me')).json()
    return (await fetch('/v1/thing', { method: 'POST', headers: { 'X-CSRF-Token': csrfToken } })).status
  })()`)
  expect([status, site.changes() - before]).toEqual([200, 1])
})

/** Script of a page that reads and changes with whatever cookies the browser adds. */
const askFor = (target: string) => `(async () => {
  const init = { mode: 'no-cors', credentials: 'include' }
  await fetch('${target}', init).catch(() => undefined)
  await fetch('${target}', { ...init, method: 'POST', body: 'x' }).catch(() => undefined)
})()`

test('a page of another site can neither embed, read, nor change anything', async () => {
  await logIn('/')
  const before = site.changes()
  const foreign = await context.newPage()
  const answers: number[] = []
  foreign.on('response', (response) => {
    if (response.url().startsWith(`${site.origin}/v1/`)) answers.push(response.status())
  })
  await foreign.goto(`${site.provider.issuer}/.well-known/openid-configuration`)
  await foreign.evaluate(askFor(`${site.origin}/v1/thing`))
  await foreign.evaluate(`new Promise((resolve) => {
    const audio = new Audio('${site.origin}/v1/thing')
    audio.addEventListener('error', resolve)
    audio.load()
  }).then(() => undefined)`)
  const form = `<form method="post" action="${site.origin}/v1/thing"><button>x</button></form>`
  await foreign.evaluate(`document.body.innerHTML = ${JSON.stringify(form)}`)
  await Promise.all([foreign.waitForURL(`${site.origin}/v1/thing`), foreign.click('button')])
  expect(answers.length).toBeGreaterThanOrEqual(3)
  expect(answers.filter((status) => status < 400)).toEqual([])
  expect(site.changes()).toBe(before)
})

test('a page on a neighbouring port, which shares our cookies, cannot either', async () => {
  await logIn('/')
  const before = site.changes()
  const neighbour = await context.newPage()
  const origin = site.provider.issuer.replace('localhost', '127.0.0.1')
  await neighbour.goto(`${origin}/.well-known/openid-configuration`)
  const answers: number[] = []
  neighbour.on('response', (response) => {
    if (response.url().startsWith(`${site.origin}/v1/`)) {
      answers.push(response.status())
    }
  })
  await neighbour.evaluate(askFor(`${site.origin}/v1/thing`))
  expect(answers).toEqual([403, 403])
  expect(site.changes()).toBe(before)
})

test('a failed login shows a page in two languages whose link begins again', async () => {
  await page.goto(`${site.origin}/login/callback?state=${'A'.repeat(43)}&code=x`)
  expect(await page.locator('h1').textContent()).toBe('Inloggen niet gelukt')
  expect(await page.locator('[lang=en] a').textContent()).toBe('Try again')
  // The style sheet got past the page's own policy.
  expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none')
  await page.getByText('Opnieuw proberen').click()
  await page.waitForSelector('input[name=login]')
})
