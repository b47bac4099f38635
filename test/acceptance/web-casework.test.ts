import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY } from '../../src/kernel/units.ts'
import { ADVISER, AGENT, ANALYST, MEMBER, openStaffDemo, recordings, type StaffDemo } from './staff-demo.ts'
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

const [OFFICER, SECOND] = ['Pim Proef', 'Petra Proefpersoon'] as const
/** Several people meet in some of these, on a machine that may be busy. */
const STORY = { timeout: 240_000 }
const PURPOSE = { fraud: 'Fraude en misbruik tegengaan', contract: 'Afspraken nakomen' } as const

let demo: StaffDemo

beforeAll(async () => {
  demo = await openStaffDemo()
  return () => demo.close()
}, 180_000)
afterEach(() => demo.leaveAll())

interface CaseSearch {
  readonly purpose: string
  readonly kind: string
  readonly reference: string
}

/** Without a mouse. */
async function searchCase(page: Page, { purpose, kind, reference }: CaseSearch): Promise<void> {
  await page.goto('/beluisteren')
  await choose(page.getByLabel('Doel'), purpose)
  await type(page.getByLabel('Dossier'), 'Z-2026-7')
  await choose(page.getByLabel('Soort nummer'), kind)
  await type(page.getByLabel('Nummer', { exact: true }), reference)
  await page.keyboard.press('Enter')
}

async function declare(page: Page, purpose: string): Promise<void> {
  await page.getByLabel('Doel').selectOption({ label: purpose })
  await type(page.getByLabel('Dossier'), 'Z-2026-8')
  await press(page.getByRole('button', { name: 'Doel en dossier opgeven' }))
  await page.getByText(`U luistert voor ${purpose}, dossier Z-2026-8.`).waitFor()
}

const refusal = (page: Page, text: string): Promise<void> =>
  page.getByRole('alert').filter({ hasText: text }).waitFor()

const callOf = async (page: Page, wanted: string, query = ''): Promise<string> => {
  const found = (await recordings(page, query)).find(({ product }) => product === wanted)
  return found?.id ?? expect.fail(`the demo has no call about ${wanted}`)
}

const saidAndFocused = (page: Page, text: string): Promise<void> =>
  page.locator('[role=status]:focus', { hasText: text }).waitFor()

/** A calendar day so many days from now, as a date field takes it. */
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10)

type FraudCall = { id: string; entity: string; purposes: { purpose: string; state: string }[] }

/** The analyst fetches the sound of a call of this member for a case; which one it was. */
async function hearForFraud(member: Page, analyst: Page, caseRef: string): Promise<FraudCall> {
  const answer = await member.request.get('/v1/recordings?limit=100')
  const { items } = (await answer.json()) as { items: FraudCall[] }
  const call = items.find(({ purposes }) =>
    purposes.some(({ purpose, state }) => purpose === 'fraud_prevention' && state === 'active'),
  )
  const audio = `/v1/recordings/${call?.id}/audio?purpose=fraud_prevention&caseRef=${caseRef}`
  expect((await analyst.request.get(audio)).status()).toBe(200)
  return call ?? expect.fail('the demo has no such call')
}

describe('staff who listen for a case', () => {
  test('a fraud analyst finds the calls of a claim, hears one, and the member sees that', STORY, async () => {
    const analyst = await demo.as(ANALYST)
    await analyst.goto('/')
    await analyst.getByRole('heading', { level: 1, name: 'Beluisteren' }).waitFor()
    expect(await analyst.getByText('Uw eigen gesprekken').count()).toBe(0)
    await searchCase(analyst, { purpose: PURPOSE.fraud, kind: 'Schade', reference: 'S-2188' })
    const table = analyst.getByRole('table')
    await press(table.getByRole('link'))
    await analyst.getByText(`U luistert voor ${PURPOSE.fraud}, dossier Z-2026-7.`).waitFor()
    expect(await analyst.locator('main').textContent()).not.toMatch(/M-1001|agent-12/)
    await playButton(analyst).click()
    await expectToHear(analyst)
    await press(analyst.getByRole('button', { name: 'Wijzigen' }))
    await expect.poll(async () => (await soundOf(analyst)).paused, PATIENT).toBe(true)
    expect(await playButton(analyst).isDisabled()).toBe(true)

    const member = await demo.as(MEMBER)
    await member.goto(`/gesprekken/${await callOf(member, 'home')}`)
    await member.getByRole('row').filter({ hasText: 'fraudeonderzoeker' }).waitFor()
    expect(await member.locator('main').textContent()).not.toMatch(/Fien|Z-2026-7/)
  })

  test('a medical adviser hears calls about health only', STORY, async () => {
    const adviser = await demo.as(ADVISER)
    await searchCase(adviser, { purpose: PURPOSE.contract, kind: 'Polis', reference: 'AOV-10044' })
    await press(adviser.getByRole('table').getByRole('link'))
    await playButton(adviser).click()
    await expectToHear(adviser)
    await searchCase(adviser, { purpose: PURPOSE.contract, kind: 'Polis', reference: 'PI-70310' })
    await press(adviser.getByRole('table').getByRole('link'))
    await playButton(adviser).click()
    await refusal(adviser, 'Als medisch adviseur luistert u alleen naar gesprekken over gezondheid.')
    await searchCase(adviser, { purpose: PURPOSE.contract, kind: 'Polis', reference: 'PI-0' })
    await adviser.getByText('Er is geen gesprek gevonden.', { exact: false }).waitFor()
  })

  test('an agent declares purpose and case before play works, by keyboard alone', STORY, async () => {
    const agent = await demo.as(AGENT)
    await agent.goto(`/beluisteren/${await callOf(agent, 'car')}`)
    await agent.getByText('M-1001').waitFor()
    expect(await playButton(agent).isDisabled()).toBe(true)
    await agent.keyboard.press('k')
    await tabTo(agent.getByLabel('Doel'))
    await agent.keyboard.press('ArrowDown')
    await agent.keyboard.press('Tab')
    await agent.keyboard.type('Z-2026-9')
    await agent.keyboard.press('Enter')
    await agent.getByText('dossier Z-2026-9', { exact: false }).waitFor()
    expect(await agent.locator('h2:focus').textContent()).toBe('Waarvoor luistert u?')
    await tabTo(playButton(agent))
    await agent.keyboard.press('Space')
    await expectToHear(agent)
  })

  test('a refusal names the condition that failed', STORY, async () => {
    const agent = await demo.as(AGENT)
    const calls = await recordings(agent)
    const outbound = calls.find(({ status, product }) => status === 'available' && product === 'none')
    await agent.goto(`/beluisteren/${outbound?.id}`)
    await declare(agent, 'Voldoen aan de wet')
    await playButton(agent).click()
    await refusal(agent, 'Deze opname is niet voor dit doel bewaard.')

    await agent.goto(`/beluisteren/${crypto.randomUUID()}`)
    await declare(agent, PURPOSE.contract)
    await playButton(agent).click()
    await refusal(agent, 'Deze opname bestaat niet, of hoort bij een onderdeel waar u niet voor werkt.')

    const member = await demo.as(MEMBER)
    const health = await callOf(member, 'disability')
    await agent.goto(`/beluisteren/${health}`)
    await agent.getByText('Van dit gesprek ziet u hier verder niets', { exact: false }).waitFor()
    await declare(agent, PURPOSE.contract)
    await playButton(agent).click()
    await refusal(agent, 'In dit gesprek komt gezondheid of strafrecht aan de orde.')

    const unsigned = await demo.as('Daan Dubbelrol')
    await unsigned.goto(`/beluisteren/${health}`)
    await declare(unsigned, PURPOSE.contract)
    await playButton(unsigned).click()
    await refusal(unsigned, 'U hebt nog geen geheimhouding getekend.')
  })
})

describe('people with several roles, with none, or with another', () => {
  test('read what there is for them', STORY, async () => {
    const both = await demo.as('Daan Dubbelrol')
    await both.goto('/')
    await both.getByRole('heading', { level: 1, name: 'U bent hier lid en medewerker' }).waitFor()
    expect(await playButton(both).count()).toBe(0)
    await press(both.getByRole('main').getByRole('link', { name: 'Beluisteren' }))
    await both.getByRole('heading', { level: 1, name: 'Beluisteren' }).waitFor()

    const none = await demo.as('Nina Nogniets')
    for (const path of ['/', '/coaching', '/beluisteren']) {
      await none.goto(path)
      await none.getByRole('heading', { level: 1, name: 'Uw account heeft hier nog geen rol' }).waitFor()
    }
    expect(await accessibilityProblems(none)).toEqual([])

    const analyst = await demo.as(ANALYST)
    await analyst.goto('/coaching')
    await analyst.getByRole('heading', { level: 1, name: 'Deze pagina is niet voor uw rol' }).waitFor()
    await press(analyst.getByRole('main').getByRole('link', { name: 'Beluisteren' }))
    await analyst.getByRole('heading', { level: 1, name: 'Beluisteren' }).waitFor()
  })
})

describe('what a member may know of who listened', () => {
  const CASE = 'F-2026-77'
  const ofCase = (page: Page): Locator => page.getByRole('row').filter({ hasText: CASE })
  const heard = (page: Page): Locator => page.locator('section').filter({ hasText: 'Wie heeft geluisterd?' })
  const lines = (page: Page): Locator => heard(page).getByRole('row')

  test('is withheld by two officers until a day, and shown again when one ends it', STORY, async () => {
    const member = await demo.as(MEMBER)
    const { id, entity } = await hearForFraud(member, await demo.as(ANALYST), CASE)
    await member.goto(`/gesprekken/${id}`)
    const line = lines(member).filter({ hasText: 'fraudeonderzoeker' })
    await line.waitFor()

    const officer = await demo.as(OFFICER)
    await officer.goto('/inzage-uitgesteld')
    const propose = officer.getByRole('button', { name: 'Uitstel voorstellen' })
    await propose.waitFor()
    await tabTo(propose)
    await officer.keyboard.press('Enter')
    const asking = officer.getByRole('dialog', { name: 'Uitstel voorstellen' })
    await asking.getByLabel('Bedrijf').selectOption(entity)
    for (const [label, text] of [
      ['Nummer van het onderzoek', CASE],
      ['Waarom is het noodzakelijk?', 'Het lid zou stukken wegmaken.'],
      ['Waarom is het evenredig?', 'Alleen dit ene onderzoek, kort.'],
      ['Laatste dag van het uitstel', inDays(60)],
      ['Uiterlijk herzien op', inDays(30)],
    ] as const)
      await type(asking.getByLabel(label), text)
    await press(asking.getByRole('button', { name: 'Voorstellen' }))
    await saidAndFocused(officer, 'Uw voorstel ligt nu bij de andere functionarissen.')
    await ofCase(officer).getByText('Iemand anders moet dit goedkeuren').waitFor()

    const second = await demo.as(SECOND)
    await second.goto('/inzage-uitgesteld')
    await press(second.getByRole('button', { name: `Uitstel voor onderzoek ${CASE} goedkeuren` }))
    const approving = second.getByRole('dialog', { name: 'Uitstel goedkeuren' })
    await approving.getByText('Het lid zou stukken wegmaken.').waitFor()
    await press(approving.getByRole('button', { name: 'Goedkeuren' }))
    await saidAndFocused(second, 'Het lid ziet deze regels nu niet meer.')
    await member.reload()
    await heard(member).locator('table, .empty').waitFor()
    expect(await line.count()).toBe(0)

    await press(second.getByRole('button', { name: `Uitstel voor onderzoek ${CASE} herzien` }))
    const reviewing = second.getByRole('dialog', { name: 'Uitstel herzien' })
    await reviewing.getByRole('combobox', { name: 'Is het nog nodig?' }).selectOption('lift')
    await type(reviewing.getByRole('textbox', { name: 'Toelichting' }), 'Het onderzoek is klaar.')
    await press(reviewing.getByRole('button', { name: 'Vastleggen' }))
    await saidAndFocused(second, 'Het lid ziet deze regels nu weer.')
    await ofCase(second).getByText('beëindigd', { exact: true }).waitFor()
    await member.reload()
    await line.waitFor()
  })

  test('is a name only after one officer proposed it and another agreed', STORY, async () => {
    const member = await demo.as(MEMBER)
    const { id } = await hearForFraud(member, await demo.as(ANALYST), 'F-2026-78')
    await member.goto(`/gesprekken/${id}`)
    const asking = member.getByRole('dialog')
    await press(lines(member).getByRole('button').first())
    await type(asking.getByRole('textbox'), 'Ik denk dat ik haar ken.')
    await press(asking.getByRole('button', { name: 'Vraag stellen' }))
    await asking.waitFor({ state: 'detached' })

    const officer = await demo.as(OFFICER)
    await officer.goto('/naamverzoeken')
    await press(officer.getByRole('button', { name: /^Beslissen: fien/ }))
    const deciding = officer.getByRole('dialog', { name: 'Beslissen over de naam' })
    await deciding.getByText('Ik denk dat ik haar ken.').waitFor()
    await deciding.getByRole('combobox', { name: 'Mag het lid' }).selectOption('reveal')
    await type(deciding.getByRole('textbox', { name: 'De naam' }), 'Fien Fantasie')
    await deciding
      .getByRole('textbox', { name: 'Afweging' })
      .fill('Zij is de zus van het lid; dat weegt zwaarder.')
    await press(deciding.getByRole('button', { name: 'Vastleggen' }))
    await saidAndFocused(officer, 'Uw voorstel ligt nu bij een andere functionaris.')
    await officer.getByText('Iemand anders moet dit beoordelen').waitFor()

    const second = await demo.as(SECOND)
    await second.goto('/naamverzoeken')
    await press(second.getByRole('button', { name: /^Voorstel beoordelen: fien/ }))
    const judging = second.getByRole('dialog', { name: 'Voorstel beoordelen' })
    await judging.getByRole('combobox', { name: 'Bent u het eens?' }).selectOption('yes')
    await press(judging.getByRole('button', { name: 'Vastleggen' }))
    await saidAndFocused(second, 'Het lid ziet de naam, en krijgt bericht.')
    await member.reload()
    await lines(member).filter({ hasText: 'Fien Fantasie' }).waitFor()
  })
})
