import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { callWith, newSigner, sampleFiles } from '../support/package-sample.ts'
import { speech, wavOf } from '../support/sound.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const IDS = ['3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f', '7d9a1c3e-2b4f-4a6d-9c8e-1f2a3b4c5d6e'] as const

let directory: string
let browser: Browser
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'package-page-'))
  const [signer, { channels }] = await Promise.all([
    newSigner(),
    speech('Goedemiddag, ik bel over mijn polis.'),
  ])
  const sound = wavOf([channels[0] as Float32Array], 8000)
  const calls = [
    callWith(IDS[0], sound),
    callWith(IDS[1], sound, {
      ...{ direction: 'outbound', durationSeconds: 42, startedAt: new Date('2026-11-02T13:30:00Z') },
      cuts: [{ fromSeconds: 1, toSeconds: 2, reason: 'third_party' }],
      silence: [{ fromSeconds: 3, toSeconds: 4, reason: 'payment' }],
    }),
  ]
  for (const { name, content } of sampleFiles(
    signer,
    calls.map((call) => [call, sound] as const),
  )) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await rm(directory, { recursive: true })
})

/** The unpacked page, opened as a file on a machine without a connection. */
async function opened(colorScheme: 'light' | 'dark', width = 1000): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, offline: true })
  const page = await context.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(pathToFileURL(join(directory, 'index.html')).href)
  expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([])
  return page
}

test('the page of a package plays its calls without a connection and without scripts', async () => {
  const page = await opened('light')
  expect(await page.title()).toBe('Uw gesprekken')
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'donderdag 1 oktober 2026 om 11:00',
    'maandag 2 november 2026 om 14:30',
    'Niet in dit pakket',
    'Over uw gegevens',
  ])
  const seconds = await page.evaluate<number>(`(async () => {
    const audio = document.querySelector('audio')
    await audio.play()
    await new Promise((resolve) => audio.addEventListener('timeupdate', resolve, { once: true }))
    return audio.duration
  })()`)
  expect(seconds).toBeGreaterThan(1)
  expect(await page.locator('script').count()).toBe(0)
  for (const link of await page
    .locator('a[href]:not([href^="mailto:"]):not([href^="https:"]):not([href^="#"])')
    .all()) {
    const name = (await link.getAttribute('href')) ?? ''
    expect((await readFile(join(directory, name))).length, name).toBeGreaterThan(0)
  }
  await page.context().close()
})

test.each(['light', 'dark'] as const)(
  'axe-core finds nothing wrong with it, and nothing scrolls sideways on a phone (%s)',
  async (scheme) => {
    const page = await opened(scheme, 360)
    await page.addScriptTag({ path: AXE })
    const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()')
    expect(violations.map(({ id }) => id)).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.context().close()
  },
)
