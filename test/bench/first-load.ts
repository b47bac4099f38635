import { gzipSync } from 'node:zlib'
import pg from 'pg'
import type { Browser, BrowserContextOptions, CDPSession } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/processes.ts'
import type { TestRgw } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'

export interface FirstLoadStage {
  readonly postgres: TestPostgres
  readonly rgw: TestRgw
  readonly rounds: number
  readonly print: (text: string) => void
}

const MEMBER = 'Noor Voorbeeld'
const CALLS = 5000
/** A cheap phone beside the machine of a developer. */
const SLOWER = 4

/** Like the calls of the demo's member, two a day. */
const FILL = `
with filled as (
  insert into recording (id, entity, call_id, status, member_ref, agent_ref, product, direction, language,
    notice_version, started_at, ended_at, received_at, keep_until, due_at)
  select gen_random_uuid(), entity, 'bench-' || n, 'available', member_ref, agent_ref, product, direction, language,
    notice_version, now() - n * interval '12 hours', now() - n * interval '12 hours' + interval '3 minutes',
    now(), current_date + 100, now() + interval '101 days'
  from generate_series(1, $1::int) n,
    (select * from recording where member_ref = 'M-1001' and status = 'available' limit 1) one
  returning id, product)
insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, trigger_date,
  retain_until, state)
select id, 'training_coaching', 'legitimate_interests', product, 'training', 1, 'call.ended', current_date,
  current_date + 100, 'active' from filled`

/**
 * What a member with 5,000 calls meets, in the built page and real Chromium with a quarter of the processor's speed:
 * how soon the first call can be played, and the longest that one frame takes while calls scroll by.
 */
export async function firstLoadBench({ postgres, rgw, rounds, print }: FirstLoadStage): Promise<void> {
  const [database, bucket] = await Promise.all([postgres.createDatabase(), rgw.createBucket()])
  const service = await startService({ issuer: 'demo', databaseUrl: database.url, bucket })
  const browser = await launchBrowser()
  try {
    await fill(service, database.url)
    const member = { baseURL: service.baseUrl, storageState: await logIn(browser, service) }
    const loads: Load[] = []
    for (let round = 0; round < rounds; round += 1) loads.push(await load(browser, member))
    const kilobytes = (loads[0]?.scriptBytes ?? Number.NaN) / 1000
    const interactive = loads.map(({ interactiveMs }) => interactiveMs).sort((a, b) => a - b)
    print(
      `${'first load'.padEnd(28)} ${kilobytes.toFixed(0)} kB of scripts, gzipped (goal <= 200); interactive in ` +
        `${median(interactive).toFixed(0)} ms at a quarter of the speed (goal <= 1500; all ${interactive.map((ms) => ms.toFixed(0)).join(' ')})`,
    )
    for (const [how, place] of Object.entries(WAYS)) {
      const { longestMs, middleMs, late } = await scroll(browser, member, place)
      print(
        `${`${how}, ${CALLS.toLocaleString('en')} calls`.padEnd(28)} longest frame ${longestMs.toFixed(0)} ms, ` +
          `half within ${middleMs.toFixed(0)} ms, ${late} of ${FRAMES} over 50 ms, at a quarter of the speed`,
      )
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN

/** Fills only when nothing is made of the demo's own calls any more, which would take processor time. */
async function fill(service: RunningService, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const busy = `select from audio_work where state = 'waiting' limit 1`
  const isQuiet = async () =>
    (service.logs().includes('demo calls delivered') && (await client.query(busy)).rowCount === 0) ||
    undefined
  await waitFor('the calls of the demo', isQuiet, { timeoutMs: 300_000 })
  await client.query(FILL, [CALLS])
  await client.query('vacuum analyze')
  await client.end()
}

async function logIn(browser: Browser, { baseUrl }: RunningService) {
  const context = await browser.newContext({ baseURL: baseUrl })
  const page = await context.newPage()
  await page.goto('/')
  await page.getByRole('link', { name: 'Inloggen' }).click()
  await page.getByRole('button', { name: new RegExp(MEMBER) }).click()
  await page.getByText(MEMBER).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** Notes the moment at which the first call is painted and the page has nothing else to do before a click. */
const WATCH = `window.interactiveAt = new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('button.play')) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
  }).observe(document, { childList: true, subtree: true })
})`

interface Load {
  readonly scriptBytes: number
  readonly interactiveMs: number
}

/** A visit with nothing in the browser's cache. */
async function load(browser: Browser, member: BrowserContextOptions): Promise<Load> {
  const context = await browser.newContext(member)
  const page = await context.newPage()
  const scripts: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body())
  })
  await page.addInitScript(WATCH)
  await slowDown(await context.newCDPSession(page))
  await page.goto('/')
  const interactiveMs = Number(await page.evaluate('window.interactiveAt'))
  const bodies = await Promise.all(scripts)
  await context.close()
  return { interactiveMs, scriptBytes: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) }
}

const slowDown = (session: CDPSession) => session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })

const FRAMES = 200

/** Where the page stands at frame n of a scroll, in pixels of `height`: with fast turns of a wheel, and dragged from the first call to the last. */
const WAYS = { scrolling: '100 * n', dragging: `(height * n) / ${FRAMES - 1}` }

/** Scrolls, and gives the times between frames in milliseconds. */
const scrolled = (place: string): string => `new Promise((resolve) => {
  const times = []
  let before = performance.now()
  const step = (now) => {
    times.push(now - before)
    before = now
    const n = times.length
    if (n === ${FRAMES}) return resolve(times)
    const height = document.documentElement.scrollHeight - innerHeight
    scrollTo({ top: ${place}, behavior: 'instant' })
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

async function scroll(browser: Browser, member: BrowserContextOptions, place: string) {
  const context = await browser.newContext(member)
  const page = await context.newPage()
  await page.goto('/')
  await page.locator('li.call').first().waitFor()
  await page.evaluate(SHOW_ALL)
  await slowDown(await context.newCDPSession(page))
  const times = ((await page.evaluate(scrolled(place))) as number[]).sort((a, b) => a - b)
  await context.close()
  return {
    longestMs: times.at(-1) ?? Number.NaN,
    middleMs: median(times),
    late: times.filter((ms) => ms > 50).length,
  }
}

/** As a member would: again and again a page more. Pressed inside the page, which takes less time than from here. */
const SHOW_ALL = `(async () => {
  const rows = () => document.querySelectorAll('li.call').length
  while (rows() < ${CALLS}) {
    document.querySelector('.more button:not([aria-disabled=true])')?.click()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})()`
