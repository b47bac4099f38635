import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../support/processes.ts'
import {
  type Demo,
  expectToHear,
  type LoggedIn,
  loggedIn,
  openDemo,
  PATIENT,
  playButton,
  soundOf,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

const COACH = 'Cleo Fictief'
const AGENT = 'Anna Verzonnen'
const MEMBER = 'Noor Voorbeeld'
const MANAGER = 'Roos Register'
/** Voices are masked in the background; a busy machine takes its time. */
const WORK = { timeout: 90_000, interval: 1000 }
/** Two or three people meet in each of these; a busy machine takes its time. */
const STORY = { timeout: 240_000 }
/** What an objection may take to reach whoever is listening. */
const A_MINUTE = { timeout: 60_000, interval: 250 }

let demo: Demo
const sessions = new Map<string, LoggedIn>()
const guests: Visit[] = []

beforeAll(async () => {
  demo = await openDemo()
  const page = await as(MANAGER)
  await waitFor(
    'the calls to be made ready',
    async () => (await recordings(page, '?status=processing')).length === 0 || undefined,
  )
  await leaveAll()
  return () => demo.close()
}, 180_000)
afterEach(leaveAll)

async function leaveAll(): Promise<void> {
  for (const guest of guests.splice(0)) await guest.leave()
}

async function as(person: string, options: VisitOptions = {}): Promise<Page> {
  const session = sessions.get(person) ?? (await loggedIn(demo, person))
  sessions.set(person, session)
  const guest = await visit(demo, { ...options, as: session })
  guests.push(guest)
  return guest.page
}

interface Recording {
  readonly id: string
  readonly product: string
}

async function recordings(page: Page, query = ''): Promise<Recording[]> {
  const answer = await page.request.get(`/v1/recordings${query}`)
  return ((await answer.json()) as { items: Recording[] }).items
}

interface Wish {
  readonly product: string
  readonly size: number
  readonly coaches?: string
}

/** Draws through the form, and is then on the page of the sample. */
async function draw(page: Page, { product, size, coaches = '' }: Wish): Promise<void> {
  await page.goto('/coaching')
  await page.getByLabel('Onderdeel').selectOption({ label: 'HMBS Verzekeringen' })
  await page.getByLabel('Onderwerp').selectOption({ label: product })
  await page.getByLabel('Aantal gesprekken').fill(String(size))
  await page.getByLabel(/^Andere coaches/).fill(coaches)
  await page.getByRole('button', { name: 'Trek een steekproef' }).click()
  await page.getByRole('heading', { level: 1, name: /^Steekproef van / }).waitFor()
}

async function openItem(page: Page, n: number): Promise<void> {
  await page.getByRole('link', { name: `Gesprek ${n}`, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: `Gesprek ${n} van de steekproef` }).waitFor()
}

/** The page looks again by itself until the voices are masked. */
const whenMasked = (page: Page): Promise<void> => playButton(page).waitFor({ timeout: WORK.timeout })

const status = (page: Page, text: string): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor()

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Uw aantekening/).fill(text)
  await page.getByRole('button', { name: 'Aantekening bewaren' }).click()
  await status(page, 'Aantekening bewaard.')
}

async function score(page: Page, judgement: string): Promise<void> {
  for (const choice of await page.getByRole('radio', { name: judgement, exact: true }).all())
    await choice.check()
  await page.getByRole('button', { name: 'Score bewaren' }).click()
  await status(page, 'Score bewaard.')
}

describe('a drawn call', () => {
  test('is heard masked, noted, scored and released by the coach, and read by the agent', STORY, async () => {
    const coach = await as(COACH)
    await coach.goto('/')
    await coach.getByRole('heading', { level: 1, name: 'Coaching' }).waitFor()
    await draw(coach, { product: 'Auto', size: 1 })
    await coach.getByText('Het lot koos 1 van de 1 gesprek', { exact: false }).waitFor()
    expect(await coach.locator('dd code').first().textContent()).toMatch(/^[0-9a-f]{32}$/)
    await openItem(coach, 1)
    await whenMasked(coach)
    await coach.getByText('Gemaskeerd is niet anoniem', { exact: false }).waitFor()
    await coach.getByText(`Beluisterd door ${COACH}.`, { exact: false }).waitFor()
    await playButton(coach).click()
    await expectToHear(coach)
    await coach.getByLabel('Plaats in het gesprek').press('End')
    await coach.getByLabel('Plaats in het gesprek').press('ArrowLeft')
    await write(coach, 'Vat goed samen.')
    const jump = coach.getByRole('button', { name: /^Ga naar 0:3\d$/ })
    await coach.getByLabel('Plaats in het gesprek').press('Home')
    await jump.click()
    await expect.poll(async () => (await soundOf(coach)).currentTime, PATIENT).toBeGreaterThan(30)
    await score(coach, 'goed')
    await coach.getByText('Gewogen gemiddelde: 3', { exact: true }).waitFor()
    expect(await coach.locator('main').textContent()).not.toMatch(/M-1001|Noor|anoniem gemaakt/)

    const agent = await as(AGENT)
    await agent.goto('/terugkoppeling')
    await agent.getByText('Er is nog niets vrijgegeven.', { exact: false }).waitFor()
    expect(await agent.getByText('Vat goed samen.').count()).toBe(0)

    await coach.getByRole('button', { name: 'Vrijgeven aan de medewerker' }).click()
    await coach.getByRole('dialog').getByRole('button', { name: 'Ja, geef vrij' }).click()
    await coach.getByText('Vrijgegeven. De medewerker ziet aantekeningen en score.').waitFor()
    expect(await coach.getByRole('button', { name: 'Score bewaren' }).count()).toBe(0)

    await agent.reload()
    await agent.getByText('Vat goed samen.').waitFor()
    await agent.getByText('Alleen om van te leren.', { exact: false }).waitFor()
    await agent.getByText('Gewogen gemiddelde').waitFor()
    expect(await agent.locator('main').textContent()).not.toMatch(/cleo|M-1001/i)
  })

  test('falls silent within a minute when its member objects, and the page says why', STORY, async () => {
    const coach = await as(COACH)
    await coach.goto('/coaching')
    await coach.getByRole('table').getByRole('link').first().click()
    await openItem(coach, 1)
    await whenMasked(coach)
    await coach.getByLabel('Snelheid').selectOption('0.75')
    await playButton(coach).click()
    await expectToHear(coach)

    const member = await as(MEMBER)
    const call = (await recordings(member, '?limit=100')).find(({ product }) => product === 'car')
    await member.goto(`/gesprekken/${call?.id}`)
    await member.getByRole('button', { name: 'Bezwaar maken' }).click()
    await member.getByRole('dialog').getByRole('button', { name: 'Ja, ik maak bezwaar' }).click()
    await member.getByText('U hebt bezwaar gemaakt.', { exact: false }).waitFor()

    await expect.poll(async () => (await soundOf(coach)).paused, A_MINUTE).toBe(true)
    const { currentTime } = await soundOf(coach)
    expect(currentTime).toBeLessThan(39)
    await coach
      .getByRole('alert')
      .filter({ hasText: 'Het lid heeft bezwaar gemaakt tegen gebruik voor training.' })
      .waitFor(A_MINUTE)
    expect(await playButton(coach).count()).toBe(0)
    expect(await coach.getByText('Vat goed samen.').count()).toBe(0)

    const agent = await as(AGENT)
    await agent.goto('/terugkoppeling')
    await agent.getByText('Dit gesprek wordt niet meer voor training gebruikt.', { exact: false }).waitFor()
  })
})
