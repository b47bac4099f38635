import { expect, test } from 'vitest'
import { testAudio } from '../support/audio.ts'
import { launchBrowser } from '../support/browser.ts'

test('the browser of the tests really plays sound', async () => {
  const audio = await testAudio('mp3', 3)
  const browser = await launchBrowser()
  const page = await browser.newPage()
  await page.setContent(`<audio src="data:audio/mpeg;base64,${audio.bytes.toString('base64')}"></audio>`)
  const position = await page.evaluate<number>(`new Promise((resolve, reject) => {
    const element = document.querySelector('audio')
    element.addEventListener('timeupdate', () => element.currentTime > 0.5 && resolve(element.currentTime))
    element.play().catch(reject)
  })`)
  expect(position).toBeGreaterThan(0.5)
  await browser.close()
})
