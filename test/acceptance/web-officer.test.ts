import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  choose,
  type Demo,
  type LoggedIn,
  loggedIn,
  openDemo,
  PATIENT,
  press,
  tabTo,
  type,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

const OFFICER = 'Pim Proef'
const SECOND = 'Petra Proefpersoon'
const MANAGER = 'Roos Register'
const AUDITOR = 'Ada Aanname'
const OPERATOR = 'Otto Oefening'

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
  await guest?.leave()
  const session = sessions.get(person) ?? (await loggedIn(demo, person))
  sessions.set(person, session)
  guest = await visit(demo, { ...options, as: session })
  return guest.page
}

/** The part of the page under a heading. */
const part = (page: Page, heading: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: heading, exact: true }) })

/** Without a mouse. */
async function lookUp(page: Page, kind: string, reference: string): Promise<Locator> {
  await page.goto('/opnamen')
  await choose(page.getByRole('combobox', { name: 'Reden' }), 'Klacht')
  await type(page.getByRole('textbox', { name: 'Dossiernummer' }), 'K-2026-4')
  await choose(page.getByRole('combobox', { name: 'Zoeken op' }), kind)
  await type(page.getByRole('textbox', { name: 'Kenmerk' }), reference)
  await press(page.getByRole('button', { name: 'Zoeken', exact: true }))
  return part(page, 'Gevonden opnamen')
}

/** The recordings that a page may list without a reason. */
async function listed(page: Page): Promise<{ id: string }[]> {
  const { items } = (await (await page.request.get('/v1/recordings?limit=100')).json()) as {
    items: { id: string }[]
  }
  return items
}

async function sweep(page: Page) {
  const { csrfToken } = (await (await page.request.get('/v1/me')).json()) as { csrfToken: string }
  const response = await page.request.post('/v1/retention/sweeps', {
    data: { dryRun: true, at: '2040-01-01T00:00:00Z' },
    headers: { 'x-csrf-token': csrfToken, origin: demo.baseUrl },
  })
  return (await response.json()) as { quarantined: string[]; destroyed: string[] }
}

describe('looking somebody up', () => {
  test('whose call it is shows only after a reason, in no address, and the list says nothing of it', async () => {
    const page = await as(OFFICER)
    expect((await listed(page)).every((item) => !('memberRef' in item))).toBe(true)
    const found = await lookUp(page, 'Lidnummer', 'M-1001')
    await expect.poll(() => found.getByRole('cell', { name: 'M-1001' }).count(), PATIENT).toBeGreaterThan(1)
    expect(await found.getByRole('cell', { name: 'M-1002' }).count()).toBe(0)
    expect(page.url()).not.toContain('M-1001')

    await press(found.getByRole('link').first())
    await part(page, 'Van wie dit gesprek is').getByText('M-1001').waitFor()
    await press(page.getByRole('link', { name: 'Opnamen' }).first())
    await expect.poll(() => found.getByRole('cell', { name: 'M-1001' }).count(), PATIENT).toBeGreaterThan(1)
  })

  test('a recording that was reached otherwise keeps its member to itself until a reason is given', async () => {
    const page = await as(MANAGER)
    await page.goto('/opnamen?toon=alle')
    await press(page.getByRole('table').getByRole('link').first())
    const people = part(page, 'Van wie dit gesprek is')
    await press(people.getByRole('button', { name: 'Toon lid en medewerker' }))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Reden' }).selectOption('retention_check')
    await press(dialog.getByRole('button', { name: 'Toon lid en medewerker' }))
    await people.getByText('agent-').waitFor()
  })
})

describe('holds', () => {
  test('placed in the page it stops the sweep, and only a second person releases it, by keyboard alone', async () => {
    const page = await as(OFFICER)
    const found = await lookUp(page, 'Lidnummer', 'M-1002')
    await press(found.getByRole('link').first())
    const kept = part(page, 'Wat de opname tegenhoudt')
    await kept.getByText('Er is geen blokkade op deze opname.').waitFor()
    const id = page.url().split('/').at(-1) ?? ''
    await press(kept.getByRole('button', { name: 'Blokkade plaatsen' }))
    const dialog = page.getByRole('dialog', { name: 'Een blokkade plaatsen' })
    await type(dialog.getByRole('textbox', { name: 'Dossiernummer' }), 'K-2026-99')
    await type(dialog.getByRole('textbox', { name: 'Reden' }), 'Klacht over het advies')
    await press(dialog.getByRole('button', { name: 'Plaatsen' }))
    await page.locator('[role=status]:focus', { hasText: 'De blokkade is geplaatst' }).waitFor()
    await press(kept.getByRole('link', { name: 'K-2026-99' }))
    await page.getByRole('heading', { level: 1, name: 'Blokkade K-2026-99' }).waitFor()
    const hold = new URL(page.url()).pathname

    const plan = await sweep(page)
    expect(plan.quarantined.length + plan.destroyed.length).toBeGreaterThan(0)
    expect([...plan.quarantined, ...plan.destroyed]).not.toContain(id)

    await release(page)
    await page.getByRole('alert').getByText('Dit moet iemand anders doen dan wie erom vroeg.').waitFor()
    await page.keyboard.press('Escape')

    const second = await as(SECOND)
    await second.goto(hold)
    await release(second)
    await second.locator('[role=status]:focus', { hasText: 'De blokkade is opgeheven.' }).waitFor()
    await second.getByText('opgeheven', { exact: true }).waitFor()
    expect((await sweep(second)).quarantined).toContain(id)
  })

  async function release(page: Page): Promise<void> {
    await press(page.getByRole('button', { name: 'Opheffen' }))
    const dialog = page.getByRole('dialog', { name: 'De blokkade opheffen' })
    await type(dialog.getByRole('textbox', { name: 'Waarom zij eindigt' }), 'De klacht is afgehandeld')
    await press(dialog.getByRole('button', { name: 'Opheffen' }))
  }

  test('a hold on all calls of a member is reviewed, with the day of the next look', async () => {
    const page = await as(MANAGER)
    await page.goto('/blokkades')
    await press(page.getByRole('button', { name: 'Blokkade plaatsen' }))
    const dialog = page.getByRole('dialog')
    await type(dialog.getByRole('textbox', { name: 'Dossiernummer' }), 'Z-7')
    await type(dialog.getByRole('textbox', { name: 'Lidnummer' }), 'M-1001')
    await dialog.getByRole('combobox', { name: 'Bedrijf' }).selectOption('hmbs-verzekeringen')
    await type(dialog.getByRole('textbox', { name: 'Reden' }), 'Procedure')
    await press(dialog.getByRole('button', { name: 'Plaatsen' }))
    await page.locator('[role=status]:focus', { hasText: /geplaatst; \d+ opnamen vallen eronder/ }).waitFor()
    await press(page.getByRole('link', { name: 'Z-7' }))
    await press(page.getByRole('button', { name: 'Herbeoordelen' }))
    const next = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    await type(page.getByLabel('Opnieuw voor'), next)
    await type(page.getByRole('textbox', { name: 'Waarom zij blijft' }), 'De procedure loopt nog')
    await press(page.getByRole('button', { name: 'Laten gelden' }))
    await part(page, 'Herbeoordelingen').getByText('De procedure loopt nog').waitFor()
  })
})

describe('one recording', () => {
  test('a restriction is put on, and lifted only after the member was told', async () => {
    const page = await as(OFFICER)
    const found = await lookUp(page, 'Lidnummer', 'M-1001')
    await press(found.getByRole('link').last())
    const kept = part(page, 'Wat de opname tegenhoudt')
    await press(kept.getByRole('button', { name: 'Beperken' }))
    const dialog = page.getByRole('dialog')
    await dialog.getByText('kan geen medewerker haar beluisteren').waitFor()
    await press(dialog.getByRole('button', { name: 'Beperken' }))
    await kept.getByText(/^Beperkt sinds/).waitFor()

    await press(kept.getByRole('button', { name: 'Beperking opheffen' }))
    await press(dialog.getByRole('button', { name: 'Opheffen' }))
    await dialog.getByText('Laat het lid eerst weten dat dit eindigt, en leg dat hier vast.').waitFor()
    await page.keyboard.press('Escape')
    await press(kept.getByRole('button', { name: 'Bericht aan lid vastleggen' }))
    await press(dialog.getByRole('button', { name: 'Het lid heeft bericht gekregen' }))
    await kept.getByText(/^Het lid kreeg op .+ bericht/).waitFor()
    await press(kept.getByRole('button', { name: 'Beperking opheffen' }))
    await press(dialog.getByRole('button', { name: 'Opheffen' }))
    await kept.getByText('Deze opname is niet beperkt.').waitFor()
  })

  test('a call of no known member is linked, and an objection to a purpose of it is considered and rejected', async () => {
    const page = await as(OFFICER)
    await page.goto('/opnamen?toon=unlinked')
    await press(page.getByRole('table').getByRole('link').first())
    await press(page.getByRole('button', { name: 'Koppelen aan een lid' }))
    const dialog = page.getByRole('dialog')
    await type(dialog.getByRole('textbox', { name: 'Lidnummer' }), 'M-1002')
    await press(dialog.getByRole('button', { name: 'Koppelen' }))
    await page.locator('[role=status]:focus', { hasText: 'Het gesprek is gekoppeld.' }).waitFor()
    expect(await page.getByRole('button', { name: 'Koppelen aan een lid' }).count()).toBe(0)

    const why = part(page, 'Waarom en hoelang')
    await press(why.getByRole('button', { name: 'Bezwaar in behandeling: Training en coaching' }))
    await press(dialog.getByRole('button', { name: 'Doel opschorten' }))
    await why.getByText('opgeschort: bezwaar wordt beoordeeld').waitFor()
    await press(why.getByRole('button', { name: 'Bezwaar afwijzen: Training en coaching' }))
    await press(dialog.getByRole('button', { name: 'Bezwaar afwijzen' }))
    await expect.poll(() => why.getByText('opgeschort: bezwaar').count(), PATIENT).toBe(0)
  })

  test('a passage is silenced, and a purpose ended, by keyboard alone', async () => {
    const page = await as(OFFICER)
    const found = await lookUp(page, 'Lidnummer', 'M-1001')
    await press(found.getByRole('link').first())
    const sound = part(page, 'Geluid en opslag')
    await press(sound.getByRole('button', { name: 'Betaalgegevens stilmaken' }))
    const dialog = page.getByRole('dialog')
    await type(dialog.getByLabel('Vanaf (seconden)'), '1')
    await type(dialog.getByLabel('Tot (seconden)'), '3')
    await press(dialog.getByRole('button', { name: 'Stilmaken' }))
    await page.locator('[role=status]:focus', { hasText: 'Het deel is buiten bereik' }).waitFor()
    await sound.getByText('0:01 tot 0:03: betaalgegevens').waitFor()

    const why = part(page, 'Waarom en hoelang')
    await press(why.getByRole('button', { name: 'Beëindigen: Training en coaching' }))
    await choose(dialog.getByLabel('Waarom'), 'Het doel is niet meer nodig')
    await press(dialog.getByRole('button', { name: 'Doel beëindigen' }))
    await page.locator('[role=status]:focus', { hasText: 'Het doel is beëindigd.' }).waitFor()
    await why.getByRole('row', { name: /^Training en coaching .*beëindigd/ }).waitFor()
  })

  test('facts are corrected by keyboard alone', async () => {
    const page = await as(OFFICER)
    await page.goto('/opnamen?toon=alle')
    await press(page.getByRole('table').getByRole('link').last())
    const open = page.getByRole('button', { name: 'Gegevens corrigeren' })
    await open.waitFor()
    await tabTo(open)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Gegevens corrigeren' })
    await tabTo(dialog.getByRole('textbox', { name: 'Team' }))
    await page.keyboard.type('advies')
    await page.keyboard.press('Enter')
    await page.locator('[role=status]:focus', { hasText: 'De gegevens zijn gecorrigeerd.' }).waitFor()
    await page.getByText('advies', { exact: true }).waitFor()
  })
})

describe('the overview', () => {
  test('every number leads to as many as it says; an auditor reads numbers that lead nowhere', async () => {
    const page = await as(OFFICER)
    await page.goto('/toezicht')
    const figure = page.getByRole('link', { name: /opnamen geblokkeerd$/ })
    const count = Number.parseInt((await figure.textContent()) ?? '', 10)
    expect(count).toBeGreaterThan(0)
    await press(figure)
    await page.getByRole('heading', { level: 1, name: 'Geblokkeerde opnamen' }).waitFor()
    await expect.poll(() => page.getByRole('table').getByRole('link').count(), PATIENT).toBe(count)

    const other = await as(AUDITOR)
    await other.goto('/toezicht')
    await other.getByText('opnamen opgeslagen').waitFor()
    expect(await other.locator('main a').count()).toBe(0)
    await other.getByText('Als tabel').first().click()
    await expect.poll(() => other.getByRole('row').count(), PATIENT).toBe(91)
  })
})

describe('the operator’s page', () => {
  test('says whether the service works; recordings are not for the operator', async () => {
    const page = await as(OPERATOR)
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Beheer' }).waitFor()
    await page.getByText('De dienst werkt en neemt verzoeken aan.').waitFor()
    await page.getByRole('row', { name: /^Database werkt/ }).waitFor()
    await page.goto('/opnamen')
    await page.getByRole('heading', { level: 1, name: 'Deze pagina is niet voor uw rol' }).waitFor()
  })
})
