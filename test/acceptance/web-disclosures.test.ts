import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accessibilityProblems,
  type Demo,
  type LoggedIn,
  loggedIn,
  openDemo,
  ownCalls,
  PATIENT,
  press,
  sidewaysScroll,
  type,
  visit,
} from './web-visit.ts'

const ANALYST = 'Fien Fantasie'
/** Headings of the figures beside those of the purposes. */
const FIGURES = 4
const [FIRST, SECOND] = ['Pim Proef', 'Petra Proefpersoon']
const MEMBER = 'Noor Voorbeeld'

let demo: Demo
const people = new Map<string, LoggedIn>()

beforeAll(async () => {
  demo = await openDemo()
  for (const person of [ANALYST, FIRST, SECOND, MEMBER]) people.set(person, await loggedIn(demo, person))
})
afterAll(() => demo.close())

const as = (person: string, options: Parameters<typeof visit>[1] = {}) => {
  const state = people.get(person)
  return visit(demo, { ...options, ...(state && { as: state }) })
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

const textOf = async (download: Download): Promise<string> => readFile(await download.path(), 'utf8')

async function callOfMember(): Promise<string> {
  const { page, leave } = await as(MEMBER)
  const calls = await ownCalls(page)
  await leave()
  const last = calls.at(-1)
  if (!last) throw new Error('the demo has no call')
  return last.id
}

async function ask(page: Page, recording: string): Promise<string> {
  await open(page, '/verstrekkingen/nieuw')
  const fill = (label: string, text: string) => page.getByLabel(label).fill(text)
  await fill('Officiële naam', 'Openbaar Ministerie')
  await fill('Waar de ontvanger', 'strafrechtelijk onderzoek')
  await fill('Wettelijke bepaling', 'artikel 126nd Sv')
  await fill('Kenmerk van de brief', 'OM-2026-77')
  await fill('Toelichting voor wie goedkeurt', 'vordering ontvangen')
  await fill('Nummer van opname 1', recording)
  await press(page.getByRole('button', { name: 'Verstrekking vragen' }))
  await page.getByRole('heading', { level: 1, name: 'Aan Openbaar Ministerie' }).waitFor()
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

/** Opens the dialog of an act and does it. */
async function act(page: Page, name: string): Promise<void> {
  await press(page.getByRole('button', { name, exact: true }))
  await press(page.getByRole('dialog').getByRole('button', { name, exact: true }))
}

async function approve(person: string, id: string): Promise<void> {
  const { page, leave } = await as(person)
  await open(page, `/verstrekkingen/${id}`)
  await act(page, 'Goedkeuren')
  await page.getByText('Uw goedkeuring is vastgelegd.').waitFor()
  await page.getByRole('button', { name: 'Goedkeuren', exact: true }).waitFor({ state: 'hidden' })
  await leave()
}

async function makeSecret(page: Page, id: string): Promise<string> {
  await open(page, `/verstrekkingen/${id}`)
  await act(page, 'Geheime code maken')
  const panel = page.locator('.panel').filter({ hasText: 'De code, één keer' })
  await panel.waitFor()
  const [address, secret] = await panel.locator('code').allTextContents()
  expect(address).toBe(`${demo.baseUrl}/verstrekking/${id}`)
  expect(address).not.toContain(secret)
  return secret ?? ''
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file)) hash.update(part)
  return hash.digest('hex')
}

test('two officers approve, the recipient fetches the recording once with the secret, and what was sent is on record', async () => {
  const recording = await callOfMember()
  const analyst = await as(ANALYST)
  await open(analyst.page, '/verstrekkingen/nieuw')
  const kinds = await analyst.page.getByLabel('Soort ontvanger').locator('option').allTextContents()
  expect(kinds.filter((kind) => kind.includes('register'))).toEqual([])
  const id = await ask(analyst.page, recording)
  await analyst.leave()
  await approve(FIRST, id)

  const officer = await as(FIRST, { width: 360 })
  await open(officer.page, `/verstrekkingen/${id}`)
  await officer.page.getByText('U hebt al goedgekeurd.').waitFor()
  expect(await sidewaysScroll(officer.page)).toBe(0)
  await approve(SECOND, id)
  const secret = await makeSecret(officer.page, id)
  expect(await accessibilityProblems(officer.page)).toEqual([])

  const recipient = await visit(demo, { width: 360 })
  const asked: string[] = []
  recipient.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await open(recipient.page, `/verstrekking/${id}`)
  expect(asked.filter((path) => path.startsWith('/v1/'))).toEqual([])
  await type(recipient.page.getByLabel('Geheime code'), 'verkeerd')
  await press(recipient.page.getByRole('button', { name: 'Openen' }))
  await recipient.page.getByText('Deze code opent hier niets.').waitFor()
  await type(recipient.page.getByLabel('Geheime code'), secret)
  await press(recipient.page.getByRole('button', { name: 'Openen' }))
  const fetch = recipient.page.getByRole('button', { name: 'Opname 1 ophalen' })
  await fetch.waitFor()
  expect(await accessibilityProblems(recipient.page)).toEqual([])
  expect(await sidewaysScroll(recipient.page)).toBe(0)
  const [download] = await Promise.all([recipient.page.waitForEvent('download'), fetch.click()])
  expect(download.url()).not.toContain(secret)
  const sha256 = await sha256Of(await download.path())
  await press(fetch)
  await recipient.page.getByText('Die opname kon niet worden opgehaald').waitFor()
  await recipient.leave()

  await officer.page.reload()
  await officer.page.getByText(sha256).waitFor()
  await officer.page.getByText('Verstrekt', { exact: true }).waitFor()
  expect(await officer.page.getByText(secret).count()).toBe(0)
  await officer.leave()
}, 60_000)

test('who asked does not approve, and may revoke', async () => {
  const recording = await callOfMember()
  const { page, leave } = await as(FIRST)
  await ask(page, recording)
  await page.getByText('U hebt hier zelf om gevraagd.').waitFor()
  expect(await page.getByRole('button', { name: 'Goedkeuren' }).count()).toBe(0)
  await press(page.getByRole('button', { name: 'Intrekken', exact: true }))
  await type(page.getByRole('dialog').getByLabel('Waarom'), 'niet meer nodig')
  await press(page.getByRole('dialog').getByRole('button', { name: 'Intrekken', exact: true }))
  await page.getByText('De verstrekking is ingetrokken.').waitFor()
  await page.getByText('Ingetrokken', { exact: true }).waitFor()
  await leave()
}, 60_000)

test('a supplier is registered, its agreement ended, and renewed', async () => {
  const { page, leave } = await as(FIRST)
  await open(page, '/leveranciers')
  await press(page.getByRole('button', { name: 'Leverancier toevoegen' }))
  const dialog = page.getByRole('dialog')
  for (const [label, text] of [
    ['Officiële naam', 'Uitschrijver BV'],
    ['Kenmerk van de overeenkomst', 'V-12'],
    ['Eerste dag', '2024-01-01'],
    ['Laatste dag', '2035-12-31'],
    ['Waarvoor', 'uitschrijven'],
  ] as const)
    await type(dialog.getByLabel(label), text)
  await press(dialog.getByRole('button', { name: 'Leverancier toevoegen' }))
  await page.getByText('De leverancier staat in het register.').waitFor()
  await page.getByText('Loopt', { exact: true }).waitFor()
  await press(page.getByRole('button', { name: 'Overeenkomst met Uitschrijver BV beëindigen' }))
  await type(dialog.getByLabel('Laatste dag'), '2024-06-30')
  await press(dialog.getByRole('button', { name: 'Beëindigen', exact: true }))
  await expect.poll(() => page.getByText('Verlopen', { exact: true }).count(), PATIENT).toBe(1)
  // The news takes the focus once the dialog is gone; then it is the keyboard's.
  await page.locator('[role=status]:focus', { hasText: 'De laatste dag is vastgelegd.' }).waitFor()
  const renew = page.getByRole('button', { name: 'Overeenkomst met Uitschrijver BV verlengen' })
  await renew.focus()
  await page.keyboard.press('Enter')
  await dialog.getByText(/loopt tot en met 30\sjuni\s2024/).waitFor()
  await type(dialog.getByLabel('Kenmerk van de overeenkomst'), 'V-13')
  await type(dialog.getByLabel('Laatste dag'), '2036-12-31')
  await press(dialog.getByRole('button', { name: 'Verlengen', exact: true }))
  await page.locator('[role=status]:focus', { hasText: 'De overeenkomst is verlengd.' }).waitFor()
  await page.getByRole('row').filter({ hasText: 'V-13, ' }).getByText('Loopt', { exact: true }).waitFor()
  await leave()
}, 60_000)

test('a breach is asked about, answered with its last moment, and taken along with the list of members', async () => {
  const { page, leave } = await as(FIRST)
  const member = await as(MEMBER)
  expect((await member.page.request.get(`/v1/recordings/${await callOfMember()}/copy`)).status()).toBe(200)
  await member.leave()
  await open(page, '/datalekken')
  const form = page.getByRole('form', { name: 'Vragen wat een lek raakt' })
  const today = new Date().toISOString().slice(0, 10)
  await type(form.getByLabel('Vanaf'), '2020-01-01')
  await type(form.getByLabel('Tot en met'), today)
  await type(form.getByLabel('Sinds wanneer'), `${today}T00:00`)
  await press(form.getByRole('button', { name: 'Uitzoeken' }))
  await page.locator('h2:focus', { hasText: 'Wat het raakt' }).waitFor()
  await page.getByText(/^Meld dit uiterlijk .+ aan de Autoriteit Persoonsgegevens/).waitFor()
  expect(page.url()).toMatch(/\/datalekken$/)
  const keeping = page.waitForEvent('download')
  await press(page.getByRole('button', { name: 'Antwoord bewaren als bestand' }))
  const kept = JSON.parse(await textOf(await keeping))
  expect(kept.asked).toEqual({ from: '2020-01-01', to: today })
  const shown = page.locator('.facts > div').filter({ hasText: 'Opnamen geraakt' }).locator('dd')
  expect(await shown.textContent()).toBe(String(kept.report.recordings))
  expect(kept.report.members).toBeGreaterThan(0)

  await press(page.getByRole('button', { name: 'Betrokken leden tonen' }))
  await page.getByRole('row').filter({ hasText: 'M-1001' }).waitFor()
  const listing = page.waitForEvent('download')
  await press(page.getByRole('button', { name: 'Lijst bewaren (CSV)' }))
  const list = await textOf(await listing)
  expect(list.split('\r\n')).toHaveLength(kept.report.members + 2)
  expect(list).toContain('\r\nM-1001,')
  await leave()
}, 60_000)

test('the record of processing is read and taken along as the API gives it, without a member in it', async () => {
  const { page, leave } = await as(FIRST)
  await open(page, '/verwerkingsregister')
  await page.getByRole('heading', { level: 3, name: /training/i }).waitFor()
  await page
    .getByText(/6 maanden na het einde van het gesprek/)
    .first()
    .waitFor()
  const coming = page.waitForEvent('download')
  await press(page.getByRole('link', { name: 'Register downloaden (JSON)' }))
  const record = JSON.parse(await textOf(await coming))
  expect(record.activities).toHaveLength((await page.locator('main h3').count()) - FIGURES)
  expect(await page.locator('main').textContent()).not.toMatch(/M-100\d/)
  await type(page.getByRole('form', { name: 'Periode van de cijfers' }).getByLabel('Vanaf'), '2026-01-01')
  await press(page.getByRole('button', { name: 'Tellen' }))
  await page.getByText(/^Over .*1 januari 2026/).waitFor()
  await leave()
}, 60_000)
