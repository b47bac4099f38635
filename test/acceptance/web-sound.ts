import type { Locator, Page } from 'playwright-core'
import { waitFor } from '../support/processes.ts'
import { type Demo, ownCalls, type Visit, visit } from './web-visit.ts'

/** What the tests read of a recording's own address. */
export interface Recording {
  readonly id: string
  readonly status: string
  readonly durationSeconds: number
  readonly channels: readonly string[] | null
  readonly media: { readonly state: string; readonly renditions: readonly string[] }
}

export async function recordingOf(page: Page, id: string): Promise<Recording> {
  return (await (await page.request.get(`/v1/recordings/${id}`)).json()) as Recording
}

/** The recording once all of this was made of it. */
const made = (page: Page, id: string, wanted: readonly string[]): Promise<Recording> =>
  waitFor(`the sound of ${id}`, async () => {
    const recording = await recordingOf(page, id)
    const isMade = wanted.every((rendition) => recording.media.renditions.includes(rendition))
    return isMade && recording.media.state === 'ready' ? recording : undefined
  })

export interface FinishedCalls {
  /** One party on each channel. */
  readonly stereo: Recording
  /** All on one channel, and used for training. */
  readonly mono: Recording
}

/** Two calls of the visitor, with everything that the service makes of them. */
export async function finishedCalls(page: Page): Promise<FinishedCalls> {
  const calls = await ownCalls(page)
  const recordings = await Promise.all(calls.map(({ id }) => recordingOf(page, id)))
  const [two, one] = [recordings.find(({ channels }) => channels?.length === 2), recordings[0]]
  if (!two || !one) throw new Error('the demo has no such calls')
  return {
    stereo: await made(page, two.id, ['playback', 'mix', 'channel1', 'channel2']),
    mono: await made(page, one.id, ['playback', 'masked']),
  }
}

/** A visit that begins on the page of one call. */
export async function visitCall(
  demo: Demo,
  { id }: Pick<Recording, 'id'>,
  options: Parameters<typeof visit>[1],
): Promise<Visit> {
  const guest = await visit(demo, options)
  await guest.page.goto(`/gesprekken/${id}`)
  await guest.page.getByRole('heading', { level: 1 }).waitFor()
  return guest
}

/** The picture of the sound, once it is drawn. */
export const picture = (page: Page): Locator => page.locator('canvas[data-drawn="true"]')

interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray }
  }
}

/** In how many of the columns of pixels something stands that is taller than a line of silence. */
export const strokesOf = (page: Page): Promise<number> =>
  picture(page).evaluate((canvas: Canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const heightAt = (column: number): number =>
      Array.from(
        { length: canvas.height },
        (_, row) => data[(row * canvas.width + column) * 4 + 3] ?? 0,
      ).filter((alpha) => alpha > 0).length
    return Array.from({ length: canvas.width }, (_, column) => heightAt(column)).filter(
      (height) => height > 8,
    ).length
  })
