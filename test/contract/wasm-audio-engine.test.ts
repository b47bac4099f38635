import { describe, expect, it } from 'vitest'
import { resolveFfmpeg } from '../../src/media/ffmpeg.ts'
import { describeEngine, openEngine } from '../../src/media/open-engine.ts'
import { describeAudioEngine } from './audio-engine.ts'
import { failure, NEVER, sourceOf } from './engine-under-test.ts'

const MIB = 1024 * 1024

async function openWasm() {
  const ffmpeg = await resolveFfmpeg({ searchPath: '' })
  const engine = await openEngine(ffmpeg)
  if (engine?.kind !== 'wasm') throw new Error('the optional package @ffmpeg/core is not installed')
  return { ffmpeg, engine }
}

/** Workers that still run keep ports open to this thread. */
const ports = (): string[] => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')
const portsBefore = ports().length

describeAudioEngine('the WebAssembly audio engine', async () => ({
  engine: (await openWasm()).engine,
  leftovers: () => ports().slice(portsBefore),
}))

describe('the WebAssembly audio engine alone', () => {
  it('says what it is', async () => {
    const { ffmpeg, engine } = await openWasm()
    expect(describeEngine(ffmpeg, engine)).toMatch(
      /^ffmpeg \d\S+ \(@ffmpeg\/core\): WebAssembly, no network, no files, /,
    )
  })

  it('cannot convert a stream, and says so beforehand', async () => {
    expect((await openWasm()).engine.convert).toBeUndefined()
  })

  it('refuses a source that it would have to hold in memory', async () => {
    const { engine } = await openWasm()
    const request = {
      source: sourceOf(Buffer.alloc(65 * MIB)),
      mediaType: 'audio/wav',
      outputs: [{ kind: 'm4a' } as const],
    }
    expect(await failure(engine.transcode(request, NEVER))).toMatchObject({ kind: 'limits' })
  })
})
