import pg from 'pg'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  choose,
  type Demo,
  type LoggedIn,
  loggedIn,
  openDemo,
  press,
  startSweep,
  tabTo,
  type,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

const OFFICER = 'Pim Proef'
const SECOND_OFFICER = 'Petra Proefpersoon'
const MANAGER = 'Roos Register'
const MEMBER = 'Noor Voorbeeld'

let demo: Demo
let database: pg.Client
let guest: Visit | undefined
const sessions = new Map<string, LoggedIn>()

beforeAll(async () => {
  // Nothing but the tests sweeps, and what is over is destroyed at once.
  demo = await openDemo({ GRACE_DAYS: '0', SWEEP_INTERVAL: '24h' })
  database = new pg.Client(demo.databaseUrl)
  await database.connect()
  return async () => {
    await database.end()
    await demo.close()
  }
})
afterEach(async () => {
  await guest?.leave()
  guest = undefined
})

async function as(person: string, path: string, options: VisitOptions = {}): Promise<Page> {
  const session = sessions.get(person) ?? (await loggedIn(demo, person))
  sessions.set(person, session)
  guest = await visit(demo, { ...options, as: session })
  await guest.page.goto(path)
  await guest.page.getByRole('heading', { level: 1 }).waitFor()
  return guest.page
}

/** The next person at the same desk. */
async function then(person: string, path: string): Promise<Page> {
  await guest?.leave()
  return as(person, path)
}

/** As if the last login of everybody was so many minutes ago. */
const loggedInAgo = (minutes: number) =>
  database.query('update web_session set authenticated_at = now() - make_interval(mins => $1)', [minutes])

const dialog = (page: Page): Locator => page.getByRole('dialog')

describe('a change of the rules', () => {
  test('is filed by one officer and approved by another, who logs in once more, by keyboard alone', async () => {
    const one = await as(OFFICER, '/bewaartermijnen')
    await press(one.getByRole('link', { name: 'Een termijn wijzigen' }))
    await choose(one.getByLabel('Regel'), 'Afspraken nakomen: Algemeen (contract-no-product)')
    await one.getByText('Nu 12 maanden.').waitFor()
    await type(one.getByLabel('Nieuwe termijn'), '6')
    await press(one.getByRole('button', { name: 'Voorstel indienen' }))
    await one.getByRole('heading', { name: 'Versie 2 van de bewaartermijnen' }).waitFor()
    await one.getByText('was 12 maanden, wordt 6 maanden').waitFor()
    await one.getByText(/^Kortere termijnen gelden voor bestaande opnamen pas vanaf/).waitFor()
    await one.getByText('U hebt deze versie zelf voorgesteld.').waitFor()
    expect(await one.getByRole('button', { name: 'Goedkeuren' }).count()).toBe(0)

    const other = await then(SECOND_OFFICER, '/goedkeuringen')
    await other.getByText('1 zaak wacht op u').waitFor()
    await other.getByText('Voorgesteld door pim').waitFor()
    await loggedInAgo(11)
    await tabTo(other.getByRole('link', { name: /^Bekijken en beslissen/ }))
    await other.keyboard.press('Enter')
    const approve = other.getByRole('button', { name: 'Goedkeuren' })
    await approve.waitFor()
    await other.reload()
    await approve.waitFor()
    await tabTo(approve)
    await other.keyboard.press('Enter')
    await dialog(other).getByText('kan niet worden teruggedraaid').waitFor()
    await tabTo(dialog(other).getByRole('link', { name: 'Inloggen en terugkomen' }))
    await other.keyboard.press('Enter')
    await tabTo(other.getByRole('button', { name: new RegExp(SECOND_OFFICER) }))
    await other.keyboard.press('Enter')
    await other.waitForURL('**/bewaartermijnen/2')
    await approve.waitFor()
    await tabTo(approve)
    await other.keyboard.press('Enter')
    await tabTo(dialog(other).getByRole('button', { name: 'Ja, goedkeuren' }))
    await other.keyboard.press('Enter')
    await other.getByText('goedgekeurd, gaat nog in').waitFor()
    sessions.delete(SECOND_OFFICER)
  })

  test('is previewed for a day in the future, as a drawing and as figures', async () => {
    const page = await as(OFFICER, '/bewaartermijnen/2')
    const preview = page.getByRole('region', { name: 'Wat zou er gebeuren?' })
    const [year, month, day] = new Date(Date.now() + 120 * 86_400_000).toISOString().slice(0, 10).split('-')
    await tabTo(preview.getByLabel('Dag'))
    // In the order of the browser, which speaks American English.
    await page.keyboard.type(`${month}${day}${year}`)
    await press(preview.getByRole('button', { name: 'Vooruitkijken' }))
    await preview.getByText(/^\+\d+ opnamen? extra vernietigd$/).waitFor()
    const drawing = preview.getByRole('img', { name: /^Staafdiagram over 24 maanden/ })
    expect(await drawing.locator('rect').count()).toBe(48)
    await press(preview.locator('summary', { hasText: 'Als tabel' }))
    expect(await preview.getByRole('row').count()).toBe(25)
  })

  test('of the text is refused with every mistake, and the way to its line', async () => {
    const page = await as(OFFICER, '/bewaartermijnen/tekst')
    const text = page.getByRole('textbox', { name: 'Regels als tekst' })
    const written = await text.inputValue()
    await type(text, written.replace('period: P6M', 'period: half a year'))
    await press(page.getByRole('button', { name: 'Voorstel indienen' }))
    const problem = page.getByRole('alert')
    await problem.getByText(/must be an ISO 8601 period/).waitFor()
    await press(problem.getByRole('button', { name: /^Ga naar de plaats: regel \d+/ }))
    const selected = await text.evaluate(
      (area: { value: string; selectionStart: number; selectionEnd: number }) =>
        area.value.slice(area.selectionStart, area.selectionEnd),
    )
    expect(selected).toContain('half a year')
  })

  test('a records manager reads the rules and cannot change them', async () => {
    const page = await as(MANAGER, '/bewaartermijnen')
    await page.getByRole('table', { name: /^Nu van kracht: versie 1/ }).waitFor()
    expect(await page.getByRole('link', { name: 'Een termijn wijzigen' }).count()).toBe(0)
    const purpose = page.getByRole('row', { name: /Training en coaching/ }).first()
    expect(await purpose.textContent()).toContain('6 maanden na het einde van het gesprek')
  })
})

/** A recording that nothing keeps any more: its member objected to the only purpose it had. */
async function overRecording(): Promise<string> {
  const page = await as(MEMBER, '/')
  const list = await page.request.get('/v1/recordings?limit=100')
  const { items } = (await list.json()) as {
    items: { id: string; purposes: { purpose: string; state: string }[] }[]
  }
  const fit = items.find(
    ({ purposes }) =>
      purposes.length === 1 && purposes[0]?.purpose === 'training_coaching' && purposes[0].state === 'active',
  )
  if (!fit) throw new Error('the demo has no such call')
  const { csrfToken } = (await (await page.request.get('/v1/me')).json()) as { csrfToken: string }
  const objected = await page.request.post(`/v1/recordings/${fit.id}/purposes/training_coaching/objection`, {
    headers: { 'x-csrf-token': csrfToken, origin: demo.baseUrl },
    data: {},
  })
  expect(objected.status()).toBe(200)
  await guest?.leave()
  guest = undefined
  return fit.id
}

/** Lets a sweep come as far as its first certificate, and no further until what it gives is called. */
async function holdCertificates(): Promise<() => Promise<unknown>> {
  await database.query('begin')
  await database.query('select from certificate_head for update')
  return () => database.query('commit')
}

describe('a sweep', () => {
  test('is looked at first, run from the page, and proven on the public page; a changed certificate fails there', async () => {
    const id = await overRecording()
    const page = await as(MANAGER, '/opruimen')
    await press(page.getByRole('button', { name: 'Lijst maken' }))
    const foreseen = page.locator('section', { hasText: 'Zou worden vernietigd (1)' })
    await foreseen.getByText(id).waitFor()
    const finish = await holdCertificates()
    await startSweep(page)
    await page.getByRole('status').getByText('Bezig …').waitFor()
    await page.getByRole('progressbar', { name: /^[01] van 2 gedaan$/ }).waitFor()
    await finish()
    await page.getByRole('status').getByText('klaar').waitFor()
    await page.getByRole('heading', { name: 'Vernietigd (1)' }).waitFor()
    await page.getByText(/^\d van \d gedaan$/).waitFor()
    await press(page.getByRole('link', { name: `Verklaring opzoeken: ${id}` }))
    await press(page.getByRole('row', { name: new RegExp(id) }).getByRole('link'))
    await page.getByRole('heading', { name: 'Verklaring van vernietiging 1', exact: true }).waitFor()
    await guest?.leave()

    guest = await visit(demo)
    const asked: string[] = []
    guest.page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/v1/')) asked.push(pathname)
    })
    await guest.page.goto('/certificaat/1')
    await guest.page.getByText('Echt', { exact: true }).waitFor()
    await guest.page.getByText('Dit is de eerste verklaring in de reeks.').waitFor()
    await guest.page.getByText(/^Uiterlijk tot en met .* kan een reservekopie/).waitFor()
    expect(await accessibilityProblems(guest.page)).toEqual([])
    expect(new Set(asked)).toEqual(new Set(['/v1/certificates/1', '/v1/signing-keys']))

    const proven = await (await guest.page.request.get('/v1/certificates/1')).text()
    await expectVerdict(guest.page, proven, 'Echt')
    await expectVerdict(guest.page, JSON.parse(proven).jws, 'Echt')
    await expectVerdict(guest.page, proven.replace('"versionsRemoved":', '"versionsRemoved":1'), 'Niet echt')
    await expectVerdict(
      guest.page,
      withPayload(proven, '"removedBy":"service"', '"removedBy":"servant"'),
      'Niet echt',
    )
    await expectVerdict(guest.page, 'something else', 'Geen verklaring')
  })

  test('asks a manager whose login is old to log in once more, and says why others cannot start it', async () => {
    const page = await as(MANAGER, '/opruimen')
    await loggedInAgo(30)
    await page.reload()
    await press(page.getByRole('button', { name: 'Nu uitvoeren' }))
    await dialog(page).getByRole('heading', { name: 'Bevestig dat u het bent' }).waitFor()
    await page.keyboard.press('Escape')
    // The service refuses on its own, whatever a page believes.
    const { csrfToken } = (await (await page.request.get('/v1/me')).json()) as { csrfToken: string }
    const refused = await page.request.post('/v1/retention/sweeps', {
      headers: { 'x-csrf-token': csrfToken, origin: demo.baseUrl },
      data: { dryRun: false },
    })
    expect([refused.status(), (await refused.json()).code]).toEqual([403, 'step_up_required'])
    const officer = await then(OFFICER, '/opruimen')
    await officer.getByText('Alleen een archiefbeheerder kan het opruimen zelf starten.').waitFor()
  })
})

/** Without a mouse. */
async function expectVerdict(page: Page, text: string, verdict: string): Promise<void> {
  await page.goto('/certificaat')
  await type(page.getByRole('textbox', { name: /Of plak de tekst/ }), text)
  await press(page.getByRole('button', { name: 'Controleren' }))
  await page.locator('.verdict__short', { hasText: new RegExp(`^\\s*${verdict}$`) }).waitFor()
}

/** The certificate with other words in what was signed, under the signature of before. */
function withPayload(proven: string, from: string, to: string): string {
  const { jws } = JSON.parse(proven) as { jws: string }
  const [header, payload = '', signature] = jws.split('.')
  const signed = Buffer.from(payload, 'base64url').toString()
  expect(signed).toContain(from)
  return [header, Buffer.from(signed.replace(from, to)).toString('base64url'), signature].join('.')
}
