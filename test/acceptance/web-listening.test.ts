import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type CallFacts,
  type Demo,
  expectToHear,
  type LoggedIn,
  loggedIn,
  logIn,
  openDemo,
  ownCalls,
  PATIENT,
  pauseButton,
  playButton,
  press,
  rowOf,
  slider,
  soundOf,
  type Visit,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'
const OTHER_MEMBER = 'Sam Specimen'
const COACH = 'Cleo Fictief'

let demo: Demo
let guest: Visit
/** One session for the tests that do not end it. */
let member: LoggedIn | undefined

beforeAll(async () => {
  demo = await openDemo()
  return () => demo.close()
})
afterEach(() => guest.leave())

/** Opens the list of the member's calls and gives the longest, which leaves room to move about in. */
async function asMember(): Promise<CallFacts> {
  member ??= await loggedIn(demo, MEMBER)
  guest = await visit(demo, { as: member })
  await guest.page.goto('/')
  await playButton(guest.page).first().waitFor()
  const [longest] = await ownCalls(guest.page)
  if (!longest) throw new Error('the demo member has no calls')
  return longest
}

/** The row of a call that can be heard. */
async function listening(): Promise<Locator> {
  const call = await asMember()
  const row = rowOf(guest.page, call)
  await playButton(row).click()
  await expectToHear(guest.page)
  return row
}

const positionOf = async (): Promise<number> => (await soundOf(guest.page)).currentTime

describe('coming in', () => {
  test('a visitor reads in Dutch what this is and finds one button to log in', async () => {
    guest = await visit(demo)
    const { page } = guest
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Luister terug wat we hebben besproken' }).waitFor()
    expect(await page.getByRole('link', { name: 'Inloggen' }).count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe('nl')
    expect(await page.title()).toBe('Welkom – Listenback')
  })

  test('the language can be changed and stays changed', async () => {
    guest = await visit(demo)
    const { page } = guest
    await page.goto('/')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { level: 1, name: 'Hear again what we talked about' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.evaluate(`localStorage.getItem('listenback.language')`)).toBe('en')
  })

  test('a member finds the calls by month, each with its subject, purpose and last day', async () => {
    const longest = await asMember()
    const { page } = guest
    await page.getByRole('heading', { level: 1, name: 'Mijn gesprekken' }).waitFor()
    const calls = await ownCalls(page)
    await expect.poll(() => playButton(page).count(), PATIENT).toBe(calls.length)
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toMatch(/20\d\d/)
    expect(await rowOf(page, longest).textContent()).toMatch(
      /Opgenomen voor: .+(Bewaard tot en met \d+|Einddatum nog niet bekend)/,
    )
  })

  test('two members see different calls, and the address of a foreign one leads to nothing', async () => {
    const foreign = await asMember()
    const other = await visit(demo)
    await logIn(other.page, OTHER_MEMBER)
    expect((await ownCalls(other.page)).map(({ id }) => id)).not.toContain(foreign.id)
    await other.page.goto(`/gesprekken/${foreign.id}`)
    await other.page.getByRole('heading', { level: 1, name: 'Dit gesprek is er niet' }).waitFor()
    await other.leave()
  })

  test('a coach who is no member comes to the own desk', async () => {
    guest = await visit(demo)
    await logIn(guest.page, COACH)
    await guest.page.getByRole('heading', { level: 1, name: 'Coaching' }).waitFor()
    expect(await playButton(guest.page).count()).toBe(0)
  })
})

describe('listening', () => {
  test('a listening session begins with the first play and not before', async () => {
    const call = await asMember()
    await rowOf(guest.page, call).waitFor()
    expect(guest.playbacks).toEqual([])
    await playButton(rowOf(guest.page, call)).click()
    await expectToHear(guest.page)
    expect(guest.playbacks).toEqual([`/v1/recordings/${call.id}/playbacks`])
  })

  test('pausing holds the place, and playing goes on from there in the same session', async () => {
    const row = await listening()
    await pauseButton(row).click()
    await expect.poll(async () => (await soundOf(guest.page)).paused, PATIENT).toBe(true)
    const held = await positionOf()
    await playButton(row).click()
    await expectToHear(guest.page)
    expect(await positionOf()).toBeGreaterThan(held)
    expect(guest.playbacks).toHaveLength(1)
  })

  test('the slider moves the sound by mouse and tells the place in words', async () => {
    const row = await listening()
    const box = await slider(row).boundingBox()
    await slider(row).click({ position: { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 } })
    const { duration } = await soundOf(guest.page)
    await expect.poll(positionOf, PATIENT).toBeGreaterThan(duration * 0.4)
    expect(await positionOf()).toBeLessThan(duration * 0.75)
    expect(await slider(row).getAttribute('aria-valuetext')).toMatch(/(seconden?|minu\w+( \d+)?) van \d+ /)
    await expectToHear(guest.page)
  })

  test('the keys move by 5 and 30 seconds and to the ends, and the sound goes on', async () => {
    const row = await listening()
    await slider(row).focus()
    await guest.page.keyboard.press('Home')
    await expect.poll(positionOf, PATIENT).toBeLessThan(3)
    const start = await positionOf()
    await guest.page.keyboard.press('ArrowRight')
    await expect.poll(positionOf, PATIENT).toBeGreaterThanOrEqual(start + 4.5)
    await guest.page.keyboard.press('ArrowLeft')
    await expect.poll(positionOf, PATIENT).toBeLessThan(start + 4.5)
    await expectToHear(guest.page)
    await guest.page.keyboard.press('End')
    await row.getByText('Einde van het gesprek.').waitFor()
  })

  test('ten seconds back and forward, and another speed', async () => {
    const row = await listening()
    const before = await positionOf()
    await row.getByRole('button', { name: '10 seconden vooruit' }).click()
    await expect.poll(positionOf, PATIENT).toBeGreaterThan(before + 9)
    await row.getByRole('button', { name: '10 seconden terug' }).click()
    await expect.poll(positionOf, PATIENT).toBeLessThan(before + 9)
    await row.getByRole('combobox', { name: 'Snelheid' }).selectOption('1.5')
    expect((await soundOf(guest.page)).playbackRate).toBe(1.5)
    await expectToHear(guest.page)
  })

  test('the place chosen before the first play is where that play begins', async () => {
    const call = await asMember()
    const { page } = guest
    await page.goto(`/gesprekken/${call.id}`)
    await slider(page).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(guest.playbacks).toEqual([])
    await playButton(page).click()
    await expectToHear(page)
    expect(await positionOf()).toBeGreaterThanOrEqual(10)
  })

  test('a second call silences the first', async () => {
    await asMember()
    const [first, second] = await ownCalls(guest.page)
    if (!first || !second) throw new Error('the demo member needs two calls')
    await playButton(rowOf(guest.page, first)).click()
    await expectToHear(guest.page)
    await playButton(rowOf(guest.page, second)).click()
    await pauseButton(rowOf(guest.page, second)).waitFor()
    await playButton(rowOf(guest.page, first)).waitFor()
    await expectToHear(guest.page)
    expect(await guest.page.locator('audio').count()).toBe(1)
  })
})

describe('one call', () => {
  test('its page says why and until when, while the sound from the list plays on', async () => {
    const call = await asMember()
    const { page } = guest
    await playButton(rowOf(page, call)).click()
    await expectToHear(page)
    await page.locator(`a[href="/gesprekken/${call.id}"]`).click()
    await page.getByRole('heading', { level: 1, name: /^Gesprek van / }).waitFor()
    await page.getByRole('heading', { name: 'Waarom dit gesprek is opgenomen' }).waitFor()
    expect(await page.getByRole('main').textContent()).toMatch(/AVG, artikel 6, lid 1, onder [abcf]/)
    expect(await page.getByRole('main').textContent()).toMatch(/tot en met \d+\s\w+\s20\d\d/i)
    await expectToHear(page)
    expect(guest.playbacks).toHaveLength(1)
    await page.getByRole('main').getByRole('link', { name: 'Mijn gesprekken', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Mijn gesprekken' }).waitFor()
  })

  test('the copy is the file whose check number the page shows', async () => {
    const call = await asMember()
    const { page } = guest
    await page.goto(`/gesprekken/${call.id}`)
    const downloading = page.waitForEvent('download')
    await press(page.getByRole('link', { name: /^Kopie downloaden/ }))
    const bytes = await readFile(await (await downloading).path())
    await press(page.locator('summary', { hasText: 'Echtheid controleren' }))
    expect(await page.locator('code').textContent()).toBe(createHash('sha256').update(bytes).digest('hex'))
  })
})

describe('leaving', () => {
  test('after logging out nothing is left to see or hear, also not by going back', async () => {
    guest = await visit(demo)
    const { page } = guest
    await logIn(page, MEMBER)
    const [call] = await ownCalls(page)
    await playButton(page).first().click()
    await expectToHear(page)
    await page.getByRole('button', { name: 'Uitloggen' }).click()
    await page.getByRole('link', { name: 'Inloggen' }).waitFor()
    expect(await page.getByText(MEMBER).count()).toBe(0)
    expect((await soundOf(page)).paused).toBe(true)
    await page.goto(`/gesprekken/${call?.id}`)
    await page.getByRole('link', { name: 'Inloggen' }).waitFor()
    expect((await page.request.get('/v1/me')).status()).toBe(401)
  })

  test('when the session has ended, the page says so, hides the calls and offers to log in', async () => {
    const call = await asMember()
    const { page, context } = guest
    await context.clearCookies()
    await playButton(rowOf(page, call)).click()
    await page.getByRole('heading', { level: 1, name: 'Uw sessie is verlopen' }).waitFor()
    expect(await playButton(page).count()).toBe(0)
    await page.locator('a[href="/login?returnTo=%2F"]').getByText('Opnieuw inloggen').waitFor()
  })
})

describe('when something is not there', () => {
  test('a lost connection is said in words, and trying again helps', async () => {
    await asMember()
    const { page, context } = guest
    await context.setOffline(true)
    await page.getByRole('combobox', { name: 'Periode' }).selectOption('months12')
    await page.getByText('We krijgen geen verbinding').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Opnieuw proberen' }).click()
    await page.getByRole('heading', { level: 1, name: 'Mijn gesprekken' }).waitFor()
  })

  test('a call whose sound does not come says so, and plays when it is tried again', async () => {
    const call = await asMember()
    const { page } = guest
    const row = rowOf(page, call)
    await page.route('**/v1/playbacks/*/audio', (route) => route.abort('connectionreset'))
    await playButton(row).click()
    await row.getByRole('alert').getByText('De verbinding is weggevallen').waitFor()
    await page.unroute('**/v1/playbacks/*/audio')
    await playButton(row).click()
    await expectToHear(page)
    expect(await row.getByRole('alert').textContent()).toBe('')
  })

  test('a choice that no call matches can be cleared again', async () => {
    const call = await asMember()
    const { page } = guest
    await page.goto('/?onderwerp=no-such-subject')
    await page.getByRole('heading', { name: 'Geen gesprekken gevonden' }).waitFor()
    await page.getByRole('link', { name: 'Keuze wissen' }).click()
    await rowOf(page, call).waitFor()
  })

  test('a member without recordings reads that this is normal, and why', async () => {
    guest = await visit(demo)
    const { page } = guest
    // The demo has no such member; the service gives every other answer of this page itself.
    await page.route('**/v1/recordings?*', (route) =>
      route.fulfill({ json: { items: [], nextCursor: null } }),
    )
    await logIn(page, MEMBER)
    await page.getByText('niet elk gesprek wordt opgenomen').waitFor()
  })
})
