import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  type Demo,
  expectToHear,
  type LoggedIn,
  loggedIn,
  logIn,
  openDemo,
  PATIENT,
  playButton,
  press,
  sidewaysScroll,
  tabTo,
  type,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'
const OTHER = 'Sam Specimen'
const ANALYST = 'Fien Fantasie'

interface Purpose {
  readonly purpose: string
  readonly state: string
}

interface Recording {
  readonly id: string
  readonly product: string
  readonly startedAt: string
  readonly purposes: readonly Purpose[]
}

let demo: Demo
let guest: Visit | undefined
const sessions = new Map<string, LoggedIn>()

beforeAll(async () => {
  demo = await openDemo()
  return () => demo.close()
})
afterEach(async () => {
  await guest?.leave()
  guest = undefined
})

async function as(person: string, options: VisitOptions = {}): Promise<Page> {
  const session = sessions.get(person) ?? (await loggedIn(demo, person))
  sessions.set(person, session)
  guest = await visit(demo, { ...options, as: session })
  return guest.page
}

async function calls(page: Page): Promise<Recording[]> {
  const { items } = (await (await page.request.get('/v1/recordings?limit=100')).json()) as {
    items: Recording[]
  }
  return items
}

const trainingOf = ({ purposes }: Recording) =>
  purposes.find(({ purpose }) => purpose === 'training_coaching')

/** A call that training may use, and whether other purposes keep it too. */
async function trainingCall(page: Page, other: boolean): Promise<Recording> {
  const fit = (await calls(page)).find(
    (call) => trainingOf(call)?.state === 'active' && call.purposes.length > 1 === other,
  )
  if (!fit) throw new Error('the demo has no such call')
  return fit
}

async function openCall(page: Page, { id }: Pick<Recording, 'id'>): Promise<void> {
  await page.goto(`/gesprekken/${id}`)
  await page.getByRole('heading', { level: 2, name: /Wat u kunt doen|What you can do/ }).waitFor()
}

/** The part of the page under a heading. */
const part = (page: Page, heading: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: heading }) })

describe('one call', () => {
  test('tells step by step how its last day came about, and what would change it, in both languages', async () => {
    const page = await as(MEMBER)
    await openCall(page, await trainingCall(page, true))
    await page.getByText('Hoe komen we aan deze datum?').click()
    const until = part(page, 'Tot wanneer we het bewaren')
    await until.getByText(/6 maanden na het einde van het gesprek .+, tot en met \d+ \w+ 20\d\d/).waitFor()
    await until.getByText('Een klacht, claim of procedure stelt de vernietiging uit').waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page
      .getByText(/6 months after the end of the call .+, up to and including \d+ \w+ 20\d\d/)
      .waitFor()
  })

  test('tells who listened: staff by role, purpose and part, without a name, and the own times apart', async () => {
    const member = await as(MEMBER)
    const call = (await calls(member)).find(({ purposes }) =>
      purposes.some(({ purpose, state }) => purpose === 'fraud_prevention' && state === 'active'),
    )
    if (!call) throw new Error('the demo has no such call')
    await openCall(member, call)
    await member.getByText('Nog geen medewerker heeft dit gesprek beluisterd.').waitFor()
    await playButton(member).first().click()
    await expectToHear(member)
    await guest?.leave()

    const analyst = await as(ANALYST)
    const audio = `/v1/recordings/${call.id}/audio?purpose=fraud_prevention&caseRef=Z-2026-7`
    expect((await analyst.request.get(audio)).status()).toBe(200)
    await guest?.leave()

    const page = await as(MEMBER)
    await openCall(page, call)
    const row = part(page, 'Wie heeft geluisterd?').getByRole('row').nth(1)
    await expect
      .poll(() => row.textContent(), PATIENT)
      .toMatch(/fraudeonderzoeker.*Fraude en misbruik tegengaan/)
    expect(await row.textContent()).toMatch(/\d:\d\d beluisterd, van \d:\d\d/)
    const heard = part(page, 'Wie heeft geluisterd?')
    expect(await heard.textContent()).not.toMatch(/Fien|Z-2026-7|fien/)
    await heard.getByText(/^\d+ keer luisterde u zelf/).click()
    await heard.getByRole('listitem').first().waitFor()
    await heard.getByText(/het systeem zelf aan het geluid/).click()
    await heard.getByText(/automatisch klaargemaakt om af te spelen; niemand luisterde/).waitFor()
    await heard.getByRole('button', { name: /^Vraag wie dit was op / }).click()
    await page.getByLabel('Waarom wilt u dit weten?').fill('Mijn buurvrouw werkt bij u.')
    await page.getByRole('button', { name: 'Vraag stellen' }).click()
    await heard.getByText('U hebt gevraagd wie dit was. Het antwoord komt hier te staan.').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('a right that somebody has to decide on leads to a request that knows the call', async () => {
    const page = await as(MEMBER)
    const call = await trainingCall(page, true)
    await openCall(page, call)
    await page.getByRole('link', { name: /^Aanvragen.*Corrigeren$/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Nieuw verzoek' }).waitFor()
    expect(await page.getByRole('checkbox', { name: 'Correctie' }).isChecked()).toBe(true)
    await page.getByText('1 gesprek gekozen').waitFor()
  })

  test('a member objects to training by keyboard alone, is told what it means, and can step back first', async () => {
    const page = await as(OTHER)
    const call = await trainingCall(page, true)
    await openCall(page, call)
    const button = page.getByRole('button', { name: 'Bezwaar maken' })
    await tabTo(button)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Bezwaar tegen training' })
    await dialog.getByText('U kunt dit niet terugdraaien.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
    expect(trainingOf((await calls(page)).find(({ id }) => id === call.id) ?? call)?.state).toBe('active')

    await page.keyboard.press('Enter')
    await tabTo(dialog.getByRole('button', { name: 'Ja, ik maak bezwaar' }))
    await page.keyboard.press('Enter')
    await page.getByText('U hebt bezwaar gemaakt. Niemand gebruikt dit gesprek nog voor training.').waitFor()
    await page.locator('h3:focus', { hasText: 'Bezwaar maken tegen training' }).waitFor()
    expect(await button.count()).toBe(0)
    expect(trainingOf((await calls(page)).find(({ id }) => id === call.id) ?? call)?.state).toBe('objected')
  })
})

describe('searching the list', () => {
  test('finds by words of subject, day and month, says how many, and is still there after a call', async () => {
    const page = await as(MEMBER)
    await page.goto('/')
    await playButton(page).first().waitFor()
    const all = await calls(page)
    const search = page.getByRole('searchbox', { name: 'Zoeken' })
    await type(search, 'arbeidsONGESCHIKT')
    const expected = all.filter(({ product }) => product === 'disability').length
    await expect.poll(() => playButton(page).count(), PATIENT).toBe(expected)
    await page.getByRole('status').getByText(`${expected} gesprek`).waitFor()
    await press(page.getByRole('link', { name: /\d\d:\d\d$/ }).first())
    await page.getByRole('heading', { level: 1, name: /^Gesprek van / }).waitFor()
    await page.goBack()
    await expect.poll(() => search.inputValue(), PATIENT).toBe('arbeidsONGESCHIKT')
    await expect.poll(() => playButton(page).count(), PATIENT).toBe(expected)
  })

  test('says so when nothing fits, and clears', async () => {
    const page = await as(MEMBER)
    await page.goto('/?zoek=zeppelin')
    await page
      .getByRole('status')
      .getByText('Geen van de getoonde gesprekken past bij uw zoekwoorden.')
      .waitFor()
    expect(await playButton(page).count()).toBe(0)
    await page.getByRole('button', { name: 'Zoekwoorden wissen' }).click()
    await expect.poll(() => playButton(page).count(), PATIENT).toBe((await calls(page)).length)
  })
})

describe('questions before something ends for good', () => {
  const LOOKS = [
    { language: 'nl', colorScheme: 'light', width: 1280 },
    { language: 'en', colorScheme: 'dark', width: 1280 },
    { language: 'nl', colorScheme: 'dark', width: 360 },
    { language: 'en', colorScheme: 'light', width: 360 },
  ] as const

  test.each(LOOKS)('can be read and reached by everybody: $language, $colorScheme, $width', async (look) => {
    const { colorScheme, ...options } = look
    const page = await as(MEMBER, options)
    await page.emulateMedia({ colorScheme })
    await openCall(page, await trainingCall(page, false))
    for (const summary of await page.locator('summary').all()) await summary.click()
    await page.locator('.origin').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await sidewaysScroll(page)).toBe(0)
    await page.getByRole('button', { name: /^(Bezwaar maken|Object)$/ }).click()
    await page
      .getByText(/definitief verwijderd|removed for good/)
      .first()
      .waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await sidewaysScroll(page)).toBe(0)
    await page.goto('/voorkeuren')
    await page.getByRole('checkbox').first().click()
    await page.getByRole('dialog').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await sidewaysScroll(page)).toBe(0)
  })
})

/** Last, because it ends training for all calls of this member. */
describe('preferences', () => {
  test('no training and no statistics, by keyboard alone; the calls follow at once', async () => {
    const page = await as(MEMBER)
    const only = await trainingCall(page, false)
    await page.goto('/voorkeuren')
    const training = page.getByRole('checkbox', { name: /training en coaching/ })
    const statistics = page.getByRole('checkbox', { name: /anonieme tellingen/ })
    await tabTo(training)
    await page.keyboard.press('Space')
    const dialog = page.getByRole('dialog', { name: 'Training uitzetten' })
    await dialog.getByText(/binnenkort definitief verwijderd/).waitFor()
    await tabTo(dialog.getByRole('button', { name: 'Ja, zet training uit' }))
    await page.keyboard.press('Enter')
    await page.getByText('Bewaard. Uw keuze geldt vanaf nu.').waitFor()
    expect(await training.isChecked()).toBe(false)
    expect(await training.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
    await tabTo(statistics)
    await page.keyboard.press('Space')
    await expect.poll(() => statistics.isChecked(), PATIENT).toBe(false)
    await expect
      .poll(async () => await (await page.request.get('/v1/preferences')).json(), PATIENT)
      .toMatchObject({ training: false, statistics: false, trainingCalls: 0, trainingOnlyCalls: 0 })
    const states = (await calls(page)).map((call) => trainingOf(call)?.state)
    expect(states).not.toContain('active')

    await page.getByRole('link', { name: 'Mijn gesprekken', exact: true }).click()
    await page.getByText('Wordt binnenkort verwijderd').first().waitFor()
    await openCall(page, only)
    await page.getByText('Niets bewaart deze opname nog').waitFor()
    expect(await page.locator('a[download]').count()).toBe(1)
  })

  test('training on again leaves what ended as it is', async () => {
    const page = await as(MEMBER)
    await page.goto('/voorkeuren')
    const training = page.getByRole('checkbox', { name: /training en coaching/ })
    await training.click()
    await page.getByText('Bewaard. Uw keuze geldt vanaf nu.').waitFor()
    await expect.poll(() => training.isChecked(), PATIENT).toBe(true)
    expect((await calls(page)).map((call) => trainingOf(call)?.state)).not.toContain('active')
  })

  test('are not for who is no member', async () => {
    const staff = await visit(demo)
    await logIn(staff.page, ANALYST)
    await staff.page.goto('/voorkeuren')
    await staff.page.getByText('U bent ingelogd, maar niet als lid.').waitFor()
    expect(await staff.page.getByRole('checkbox').count()).toBe(0)
    await staff.leave()
  })
})
