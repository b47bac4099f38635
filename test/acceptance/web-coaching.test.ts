import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AGENT, COACH, COLLEAGUE, MEMBER, openStaffDemo, recordings, type StaffDemo } from './staff-demo.ts'
import {
  accessibilityProblems,
  choose,
  expectToHear,
  PATIENT,
  playButton,
  press,
  soundOf,
  tabTo,
  type,
} from './web-visit.ts'

/** Voices are masked in the background; a busy machine takes its time. */
const WORK = { timeout: 90_000 }
/** Two or three people meet in each of these. */
const STORY = { timeout: 240_000 }
/** What an objection may take to reach whoever is listening. */
const A_MINUTE = { timeout: 60_000, interval: 250 }

let demo: StaffDemo

beforeAll(async () => {
  demo = await openStaffDemo()
  return () => demo.close()
}, 180_000)
afterEach(() => demo.leaveAll())

interface Wish {
  readonly product: string
  readonly size: number
  readonly coaches?: string
}

/** Draws through the form, without a mouse, and is then on the page of the sample. */
async function draw(page: Page, { product, size, coaches = '' }: Wish): Promise<void> {
  await page.goto('/coaching')
  await choose(page.getByLabel('Onderwerp'), product)
  await type(page.getByLabel('Aantal gesprekken'), String(size))
  await press(page.locator('summary', { hasText: 'Meer keuzes' }))
  await type(page.getByLabel(/^Andere coaches/), coaches)
  await press(page.getByRole('button', { name: 'Trek een steekproef' }))
  await page.getByRole('heading', { level: 1, name: /^Steekproef van / }).waitFor()
}

async function openItem(page: Page, n: number): Promise<void> {
  await press(page.getByRole('link', { name: `Gesprek ${n}`, exact: true }))
  await page.getByRole('heading', { level: 1, name: `Gesprek ${n} van de steekproef` }).waitFor()
}

/** The page looks again by itself until the voices are masked. */
const whenMasked = (page: Page): Promise<void> => playButton(page).waitFor(WORK)

const status = (page: Page, text: string): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor()

async function write(page: Page, text: string): Promise<void> {
  await type(page.getByLabel(/^Uw aantekening/), text)
  await press(page.getByRole('button', { name: 'Aantekening bewaren' }))
  await status(page, 'Aantekening bewaard.')
}

async function score(page: Page, judgement: string): Promise<void> {
  const choices = page.getByRole('radio', { name: judgement, exact: true })
  await choices.first().waitFor()
  for (const choice of await choices.all()) await choice.check()
  await press(page.getByRole('button', { name: 'Score bewaren' }))
  await status(page, 'Score bewaard.')
}

describe('a drawn call', () => {
  test('is heard masked, noted, scored and released by the coach, and read by the agent', STORY, async () => {
    const coach = await demo.as(COACH)
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
    await press(jump)
    await expect.poll(async () => (await soundOf(coach)).currentTime, PATIENT).toBeGreaterThan(30)
    await score(coach, 'goed')
    await coach.getByText('Gewogen gemiddelde: 3', { exact: true }).waitFor()
    expect(await coach.locator('main').textContent()).not.toMatch(/M-1001|Noor|anoniem gemaakt/)

    const agent = await demo.as(AGENT)
    await agent.goto('/')
    await press(agent.getByRole('link', { name: 'Terugkoppeling' }).first())
    await agent.getByText('Er is nog niets vrijgegeven.', { exact: false }).waitFor()
    expect(await agent.getByText('Vat goed samen.').count()).toBe(0)

    await press(coach.getByRole('button', { name: 'Vrijgeven aan de medewerker' }))
    await press(coach.getByRole('dialog').getByRole('button', { name: 'Ja, geef vrij' }))
    await coach.getByText('Vrijgegeven. De medewerker ziet aantekeningen en score.').waitFor()
    expect(await coach.getByRole('button', { name: 'Score bewaren' }).count()).toBe(0)

    await agent.reload()
    await agent.getByText('Vat goed samen.').waitFor()
    await agent.getByText('Alleen om van te leren.', { exact: false }).waitFor()
    await agent.getByText('Gewogen gemiddelde').waitFor()
    expect(await agent.locator('main').textContent()).not.toMatch(/cleo|M-1001/i)
    expect(await accessibilityProblems(agent)).toEqual([])
  })

  test('falls silent within a minute when its member objects, and the page says why', STORY, async () => {
    const coach = await demo.as(COACH)
    await coach.goto('/coaching')
    await press(coach.getByRole('table').getByRole('link').first())
    await openItem(coach, 1)
    await whenMasked(coach)
    await coach.getByLabel('Snelheid').selectOption('0.75')
    await playButton(coach).click()
    await expectToHear(coach)

    const member = await demo.as(MEMBER)
    const call = (await recordings(member, '?limit=100')).find(({ product }) => product === 'car')
    await member.goto(`/gesprekken/${call?.id}`)
    await press(member.getByRole('button', { name: 'Bezwaar maken' }))
    await press(member.getByRole('dialog').getByRole('button', { name: 'Ja, ik maak bezwaar' }))
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
    expect(await accessibilityProblems(coach)).toEqual([])

    const agent = await demo.as(AGENT)
    await agent.goto('/terugkoppeling')
    await agent.getByText('Dit gesprek wordt niet meer voor training gebruikt.', { exact: false }).waitFor()
  })
})

describe('several coaches', () => {
  test('judge the same calls apart, and then compare; by keyboard alone', STORY, async () => {
    const coach = await demo.as(COACH)
    await draw(coach, { product: 'Alle onderwerpen', size: 3, coaches: 'dirk' })
    await openItem(coach, 1)
    await whenMasked(coach)
    await tabTo(playButton(coach))
    await coach.keyboard.press('Space')
    await expectToHear(coach)
    await tabTo(coach.getByLabel(/^Uw aantekening/))
    await coach.keyboard.type('Laat uitspreken.')
    await coach.keyboard.press('Tab')
    await coach.keyboard.press('Enter')
    await status(coach, 'Aantekening bewaard.')
    await tabTo(coach.getByRole('button', { name: /^Verwijder de aantekening bij / }))
    await coach.keyboard.press('Enter')
    await status(coach, 'Aantekening verwijderd.')
    await tabTo(coach.getByRole('radio', { name: 'niet aan de orde' }).first())
    await coach.keyboard.press('ArrowRight')
    await tabTo(coach.getByRole('button', { name: 'Score bewaren' }))
    await coach.keyboard.press('Enter')
    await status(coach, 'Score bewaard.')
    await coach.getByText('Dat kan zodra alle coaches dit gesprek hebben gescoord.').waitFor()

    const colleague = await demo.as(COLLEAGUE)
    await colleague.goto(new URL(coach.url()).pathname)
    expect(await colleague.getByText('Gewogen gemiddelde').count()).toBe(0)
    await score(colleague, 'voorbeeldig')

    await coach.goto(new URL(coach.url()).pathname.replace(/1$/, 'ijking'))
    const row = coach.getByRole('row', { name: /^Gewogen gemiddelde/ })
    await row.waitFor()
    expect(await row.getByRole('cell').allTextContents()).toEqual([
      'Gewogen gemiddelde',
      '1',
      '4',
      '2,5',
      '3',
    ])
    await coach.getByText('0 van de 2 coaches hebben gescoord.').first().waitFor()
  })
})
