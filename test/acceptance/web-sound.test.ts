import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callMetadata, deliver } from '../support/deliver.ts'
import { waitFor } from '../support/processes.ts'
import {
  type FinishedCalls,
  finishedCalls,
  picture,
  type Recording,
  recordingOf,
  strokesOf,
  visitCall,
} from './web-sound.ts'
import {
  accessibilityProblems,
  type Demo,
  expectToHear,
  type LoggedIn,
  loggedIn,
  openDemo,
  PATIENT,
  playButton,
  sidewaysScroll,
  type Visit,
  visit,
} from './web-visit.ts'

const MEMBER = 'Noor Voorbeeld'
/** Bytes, compressed, of everything the first page needs to run. */
const FIRST_LOAD_BYTES = 200_000

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

test('everything that was made of the calls plays, pauses and seeks in the browser', async () => {
  const page = await onPageOf(calls.mono)
  const sounds = [calls.stereo, calls.mono].flatMap(({ id, media }) =>
    media.renditions.map((rendition) => ({ id, rendition })),
  )
  expect(sounds.map(({ rendition }) => rendition)).toEqual(
    expect.arrayContaining(['mix', 'channel1', 'masked']),
  )
  for (const { id, rendition } of sounds) {
    const query = /^(mix|channel)/.test(rendition)
      ? `channel=${rendition.replace('channel', '')}`
      : `rendition=${rendition}`
    const heard = await page.evaluate(`(async () => {
      const audio = new Audio('/v1/recordings/${id}/audio?${query}')
      const happens = (event) => new Promise((resolve, reject) => {
        audio.addEventListener(event, resolve, { once: true })
        audio.addEventListener('error', () => reject(new Error(audio.error.message)), { once: true })
      })
      const plays = happens('timeupdate')
      await audio.play()
      await plays
      audio.pause()
      const seeks = happens('seeked')
      audio.currentTime = audio.duration * 0.75
      await seeks
      const at = audio.currentTime / audio.duration
      const runs = happens('timeupdate')
      await audio.play()
      await runs
      audio.pause()
      return { at, seconds: audio.duration, went: audio.currentTime / audio.duration >= at }
    })()`)
    const { at, seconds, went } = heard as { at: number; seconds: number; went: boolean }
    const { durationSeconds } = id === calls.mono.id ? calls.mono : calls.stereo
    expect([rendition, went, Math.round(at * 100)]).toEqual([rendition, true, 75])
    expect(Math.abs(seconds - durationSeconds), rendition).toBeLessThan(0.2)
  }
})

describe('what is not as usual', () => {
  /** Delivers what looks like a recording and is none, as the demo's recorder. */
  async function deliverNoise(): Promise<string> {
    const token = (await demo.service.command('token', 'recorder')).trim()
    const audio = Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(5000, 'no sound at all')])
    const metadata = callMetadata({ memberRef: 'M-1001' })
    const { body } = await deliver({ baseUrl: demo.baseUrl, token, metadata, audio, mediaType: 'audio/flac' })
    if (body.id === undefined) throw new Error(`not delivered: ${body.code}`)
    return body.id
  }

  test('a recording that nobody can play says why, and offers the copy', async () => {
    const id = await deliverNoise()
    const page = await onPageOf({ id })
    await waitFor('the attempt to play it', async () =>
      (await recordingOf(page, id)).status === 'unplayable' ? true : undefined,
    )
    await page.reload()
    await page.getByText('Het bestand bevat geen geluid dat wij kunnen lezen.').waitFor()
    await page.getByRole('link', { name: /^Kopie downloaden/ }).waitFor()
    expect(await playButton(page).count()).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('a recording that is being made ready says so and can be tried', async () => {
    guest = await visit(demo, { as: member })
    const { page } = guest
    // The service is through with it too soon to be seen; every other answer is its own.
    await page.route(`**/v1/recordings/${calls.mono.id}`, async (route) => {
      const recording = (await (await route.fetch()).json()) as Recording
      const media = { state: 'waiting', renditions: ['original'] }
      await route.fulfill({ json: { ...recording, status: 'processing', media } })
    })
    await page.goto(`/gesprekken/${calls.mono.id}`)
    await page.getByText('We maken deze opname klaar om te beluisteren.').waitFor()
    expect(await page.locator('canvas').count()).toBe(0)
    await playButton(page).click()
    await expectToHear(page)
    await page.unroute(`**/v1/recordings/${calls.mono.id}`)
    await expect.poll(() => page.getByText('We maken deze opname klaar').count(), PATIENT).toBe(0)
  })
})

describe('for everybody', () => {
  test('axe-core finds nothing wrong with the player, in both languages, light and dark', async () => {
    const page = await onPageOf(calls.stereo)
    await playButton(page).click()
    await picture(page).waitFor()
    for (const language of ['English', 'Nederlands'])
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.getByRole('button', { name: language, exact: true }).click()
        await page.emulateMedia({ colorScheme })
        expect(await accessibilityProblems(page), `${language}, ${colorScheme}`).toEqual([])
      }
  })

  test.each([320, 640])('on a width of %d nothing has to be scrolled sideways', async (width) => {
    const page = await onPageOf(calls.stereo, { width, height: 640 })
    await picture(page).waitFor()
    expect(await sidewaysScroll(page)).toBe(0)
    expect(await strokesOf(page)).toBeGreaterThan(30)
  })

  test('the first page runs on little: its scripts are small', async () => {
    guest = await visit(demo)
    const { page } = guest
    const scripts: Promise<Buffer>[] = []
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body())
    })
    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    const bytes = (await Promise.all(scripts)).reduce((sum, script) => sum + gzipSync(script).length, 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES)
  })
})
