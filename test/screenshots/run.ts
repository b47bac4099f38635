import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { startPostgres } from '../support/postgres.ts'
import { ownDirectory, run, waitFor } from '../support/processes.ts'
import { startService } from '../support/running-service.ts'
import { idsOf, PEOPLE, type Shot, shotsOf } from './pages.ts'

/**
 * Every page as it is, on a desktop and a phone, light and dark, from the demo into docs/screenshots: one picture a
 * page, so that a change of the design shows beside what was before. Run it after `npm run build:web`.
 */
const OUT = fileURLToPath(new URL('../../docs/screenshots', import.meta.url))
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
const LOOKS = [
  { viewport: DESKTOP, colorScheme: 'light' },
  { viewport: PHONE, colorScheme: 'light' },
  { viewport: DESKTOP, colorScheme: 'dark' },
  { viewport: PHONE, colorScheme: 'dark' },
] as const
/** Of the finished picture, in pixels; the looks stand side by side. */
const HEIGHT = 560
const SETTLE_MS = 700

type State = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>

/** Names of pictures that are to be taken anew; all of them without. */
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const postgres = await startPostgres()
const service = await startService({ issuer: 'demo', databaseUrl: (await postgres.createDatabase()).url })
const browser = await launchBrowser()
try {
  await waitFor('the demo calls', async () => service.logs().includes('demo calls delivered') || undefined)
  const pages = new Map<string, Page>()
  for (const person of PEOPLE) pages.set(person, await logIn(browser, person))
  await ready(pages)
  const shots = await shotsOf(pages)
  const states = new Map<string, State>()
  for (const [person, page] of pages) states.set(person, await page.context().storageState())
  const wanted = values.only === undefined ? shots : shots.filter(({ name }) => values.only?.includes(name))
  if (values.only === undefined) await rm(OUT, { recursive: true, force: true })
  await mkdir(OUT, { recursive: true })
  for (const shot of wanted) await take(shot, states)
} finally {
  await browser.close()
  await service.stop()
  await postgres.stop()
}

async function logIn(at: Browser, person: string): Promise<Page> {
  const page = await (await at.newContext({ baseURL: service.baseUrl })).newPage()
  await page.goto('/')
  await page.getByRole('link', { name: 'Inloggen' }).click()
  await page.getByRole('button', { name: new RegExp(person) }).click()
  await page.getByText(person).waitFor()
  return page
}

/** Masked voices are made in the background; a coach has nothing to hear before. */
async function ready(pages: ReadonlyMap<string, Page>): Promise<void> {
  await waitFor(
    'the calls to be made ready',
    async () => {
      const page = pages.get('Pim Proef')
      const left = page && (await idsOf(page, '/v1/recordings?status=processing'))
      return left?.length === 0 || undefined
    },
    { timeoutMs: 180_000 },
  )
}

async function take({ name, person, path }: Shot, states: ReadonlyMap<string, State>): Promise<void> {
  const directory = ownDirectory('screenshots')
  const files: string[] = []
  for (const [i, look] of LOOKS.entries()) {
    const file = join(directory, `${i}.png`)
    await photograph(path, { ...look, ...stateOf(person, states) }, file)
    files.push(file)
  }
  const scaled = files.map((_, i) => `[${i}]scale=-2:${HEIGHT}[s${i}]`).join(';')
  const stacked = `${files.map((_, i) => `[s${i}]`).join('')}hstack=inputs=${files.length}`
  const out = join(OUT, `${name}.jpg`)
  const inputs = files.flatMap((file) => ['-i', file])
  await run('ffmpeg', [
    '-v',
    'error',
    '-y',
    ...inputs,
    '-filter_complex',
    `${scaled};${stacked}`,
    '-q:v',
    '4',
    out,
  ])
  process.stdout.write(`${out}\n`)
}

function stateOf(person: string | null, states: ReadonlyMap<string, State>): BrowserContextOptions {
  const storageState = person === null ? undefined : states.get(person)
  return storageState ? { storageState } : {}
}

async function photograph(path: string, look: BrowserContextOptions, file: string): Promise<void> {
  const context = await browser.newContext({ baseURL: service.baseUrl, reducedMotion: 'reduce', ...look })
  const page = await context.newPage()
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: file })
  await context.close()
}
