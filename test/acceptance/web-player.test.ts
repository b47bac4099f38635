import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type FinishedCalls,
  finishedCalls,
  picture,
  type Recording,
  strokesOf,
  visitCall,
} from './web-sound.ts'
import {
  type Demo,
  expectToHear,
  type LoggedIn,
  loggedIn,
  openDemo,
  PATIENT,
  pauseButton,
  playButton,
  rowOf,
  slider,
  soundOf,
  type Visit,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'

let demo: Demo
let guest: Visit
let member: LoggedIn
let calls: FinishedCalls

beforeAll(async () => {
  demo = await openDemo()
  member = await loggedIn(demo, MEMBER)
  const { page, leave } = await visit(demo, { as: member })
  calls = await finishedCalls(page)
  await leave()
  return () => demo.close()
})
afterEach(() => guest.leave())

async function onPageOf(call: Pick<Recording, 'id'>, size: { width?: number; height?: number } = {}) {
  guest = await visitCall(demo, call, { as: member, ...size })
  return guest.page
}

const voice = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const positionOf = async (page: Page): Promise<number> => (await soundOf(page)).currentTime
const sliderAt = async (page: Page): Promise<number> => Number(await slider(page).inputValue())

/** A point on the picture: from 0 at its left edge to 1 at its right. */
async function pointOf(page: Page, share: number): Promise<{ x: number; y: number }> {
  const box = await picture(page).boundingBox()
  if (!box) throw new Error('there is no picture')
  return { x: box.x + box.width * share, y: box.y + box.height / 2 }
}

describe('the picture of a call', () => {
  test('is there before the first play, and looking at it opens no listening session', async () => {
    const page = await onPageOf(calls.mono)
    await picture(page).waitFor()
    expect(await strokesOf(page)).toBeGreaterThan(100)
    expect(guest.playbacks).toEqual([])
  })

  test('appears in the list with the first play', async () => {
    guest = await visit(demo, { as: member })
    const { page } = guest
    await page.goto('/')
    const row = rowOf(page, calls.stereo)
    await playButton(row).click()
    await expectToHear(page)
    await row.locator('canvas[data-drawn="true"]').waitFor()
    expect(await row.getByRole('radio').count()).toBe(4)
  })

  test('moves about in the call where it is pressed, before the first play and during it', async () => {
    const page = await onPageOf(calls.mono)
    const { durationSeconds } = calls.mono
    await picture(page).waitFor()
    const half = await pointOf(page, 0.5)
    await page.mouse.click(half.x, half.y)
    await expect.poll(() => sliderAt(page), PATIENT).toBe(Math.floor(durationSeconds / 2))
    expect(guest.playbacks).toEqual([])
    await playButton(page).click()
    await expectToHear(page)
    expect(await positionOf(page)).toBeGreaterThanOrEqual(Math.floor(durationSeconds / 2))
    const quarter = await pointOf(page, 0.25)
    await page.mouse.click(quarter.x, quarter.y)
    await expect.poll(() => positionOf(page), PATIENT).toBeLessThan(durationSeconds * 0.4)
    expect(await positionOf(page)).toBeGreaterThanOrEqual(durationSeconds * 0.24)
    await expectToHear(page)
    expect(guest.playbacks).toHaveLength(1)
  })

  test('can be dragged through: the clock and the slider follow, the sound when it is let go', async () => {
    const page = await onPageOf(calls.mono)
    const { durationSeconds } = calls.mono
    await playButton(page).click()
    await expectToHear(page)
    const [from, to] = [await pointOf(page, 0.2), await pointOf(page, 0.8)]
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 5 })
    await expect.poll(() => sliderAt(page), PATIENT).toBe(Math.floor(durationSeconds * 0.8))
    expect(await positionOf(page)).toBeLessThan(durationSeconds * 0.5)
    await page.mouse.up()
    await expect.poll(() => positionOf(page), PATIENT).toBeGreaterThanOrEqual(durationSeconds * 0.79)
    await expectToHear(page)
  })

  test('is nothing to a keyboard and a screen reader, which have the slider', async () => {
    const page = await onPageOf(calls.mono)
    await picture(page).waitFor()
    expect(await page.locator('[aria-hidden="true"] canvas').count()).toBe(1)
    expect(await page.locator('canvas[tabindex]').count()).toBe(0)
  })

  test('is missing without a word when the service has none', async () => {
    guest = await visit(demo, { as: member })
    await guest.page.route('**/waveform?*', (route) =>
      route.fulfill({ status: 404, json: { code: 'not_found' } }),
    )
    await guest.page.goto(`/gesprekken/${calls.mono.id}`)
    await playButton(guest.page).click()
    await expectToHear(guest.page)
    await expect.poll(() => guest.page.locator('canvas').count(), PATIENT).toBe(0)
    expect(await guest.page.getByRole('alert').textContent()).toBe('')
  })
})

describe('who is heard', () => {
  const RENDITIONS = {
    'Alleen u': 'channel2',
    'Alleen de medewerker': 'channel1',
    'Beide in elk oor': 'mix',
    'Beide stemmen': 'playback',
  }

  test('is chosen while the sound runs, which goes on at its place with that voice', async () => {
    const page = await onPageOf(calls.stereo)
    await slider(page).focus()
    await page.keyboard.press('PageUp')
    await page.keyboard.press('ArrowLeft')
    await playButton(page).click()
    await expectToHear(page)
    expect(await voice(page, 'Beide stemmen').isChecked()).toBe(true)
    await page.getByRole('combobox', { name: 'Snelheid' }).selectOption('0.75')
    for (const [name, rendition] of Object.entries(RENDITIONS)) {
      const before = await positionOf(page)
      const opened = page.waitForResponse((response) => response.url().endsWith('/playbacks'))
      await voice(page, name).check()
      expect(await (await opened).json()).toMatchObject({ rendition })
      await expectToHear(page)
      const { currentTime, playbackRate } = await soundOf(page)
      expect(currentTime).toBeGreaterThan(before - 1)
      expect(playbackRate).toBe(0.75)
      await page.getByRole('button', { name: '10 seconden terug' }).click()
      await expect.poll(() => positionOf(page), PATIENT).toBeLessThan(currentTime)
    }
    expect(guest.playbacks).toHaveLength(5)
  })

  test('is chosen while it is silent without opening a session, and heard with the next play', async () => {
    const page = await onPageOf(calls.stereo)
    await voice(page, 'Alleen u').check()
    expect(guest.playbacks).toEqual([])
    const opened = page.waitForResponse((response) => response.url().endsWith('/playbacks'))
    await playButton(page).click()
    expect(await (await opened).json()).toMatchObject({ rendition: 'channel2' })
    await expectToHear(page)
    await pauseButton(page).click()
    await expect.poll(async () => (await soundOf(page)).paused, PATIENT).toBe(true)
    await voice(page, 'Beide stemmen').check()
    expect(guest.playbacks).toHaveLength(1)
    expect(await playButton(page).count()).toBe(1)
  })

  test('is chosen with the keyboard like every group of radio buttons, and the letters work there too', async () => {
    const page = await onPageOf(calls.stereo)
    await voice(page, 'Beide stemmen').focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => voice(page, 'Beide in elk oor').isChecked(), PATIENT).toBe(true)
    expect(await sliderAt(page)).toBe(0)
    await page.keyboard.press('k')
    await expectToHear(page)
    await page.keyboard.press('k')
    await expect.poll(async () => (await soundOf(page)).paused, PATIENT).toBe(true)
  })

  test('is no question in a call with one channel', async () => {
    const page = await onPageOf(calls.mono)
    await playButton(page).click()
    await expectToHear(page)
    expect(await page.getByRole('radio').count()).toBe(0)
  })
})
