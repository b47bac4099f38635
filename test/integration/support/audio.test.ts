import { expect, test } from 'vitest'
import { AUDIO_FORMATS, testAudio } from '../../support/audio.ts'
import { run } from '../../support/processes.ts'

test.each(AUDIO_FORMATS)('ffprobe finds one playable stream of the asked length in %s', async (format) => {
  const { path } = await testAudio(format, 1)
  const shown = ['-show_entries', 'format=duration:stream=codec_type', '-of', 'json']
  const probe = JSON.parse(await run('ffprobe', ['-v', 'error', ...shown, path]))
  expect(probe.streams).toEqual([{ codec_type: 'audio' }])
  expect(Number(probe.format.duration)).toBeCloseTo(1, 0)
})
