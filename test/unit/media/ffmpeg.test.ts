import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'

const SYSTEM = '/usr/bin/ffmpeg'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'listenback-ffmpeg-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function program(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A folder in which the npm package was installed and exports this path. */
function withPackage(exported: string): string {
  const home = directory()
  const folder = join(home, 'node_modules', 'ffmpeg-static')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'index.js'), `module.exports = ${JSON.stringify(exported)}`)
  return join(home, 'program.js')
}

const nowhere = () => join(directory(), 'program.js')

it('takes the configured ffmpeg before any other', async () => {
  const found = await resolveFfmpeg({ ffmpegPath: SYSTEM, searchPath: '/usr/bin', from: nowhere() })
  expect(found).toEqual({
    engine: 'native',
    path: SYSTEM,
    version: expect.stringMatching(/^\d+\.\d+/),
    source: 'FFMPEG_PATH',
  })
})

it('refuses a configured ffmpeg that does not work instead of taking another one', async () => {
  const broken = program(join(directory(), 'ffmpeg'), 'exit 1')
  for (const ffmpegPath of ['/does/not/exist', broken, '/bin/true', '/bin/echo']) {
    await expect(resolveFfmpeg({ ffmpegPath, searchPath: '/usr/bin' })).rejects.toThrow(
      `FFMPEG_PATH: ${ffmpegPath} does not run as ffmpeg`,
    )
  }
})

it('finds the ffmpeg of the search path and passes over one that is broken', async () => {
  const broken = directory()
  program(join(broken, 'ffmpeg'), 'exit 127')
  const found = await resolveFfmpeg({ searchPath: [broken, '', '/usr/bin'].join(delimiter), from: nowhere() })
  expect(found).toMatchObject({ engine: 'native', path: SYSTEM, source: 'PATH' })
})

it('uses its own search path when none is given', async () => {
  expect(await resolveFfmpeg()).toMatchObject({ engine: 'native', source: 'PATH' })
})

it('falls back to the npm package when its file really runs', async () => {
  const found = await resolveFfmpeg({ searchPath: '', from: withPackage(SYSTEM) })
  expect(found).toMatchObject({ engine: 'native', path: SYSTEM, source: 'ffmpeg-static' })
})

it('falls back to WebAssembly last, and finds out its version by running it', async () => {
  const found = await resolveFfmpeg({ searchPath: '', from: import.meta.url })
  expect(found).toMatchObject({
    engine: 'wasm',
    version: expect.stringMatching(/^\d+\.\d+/),
    source: '@ffmpeg/core',
  })
})

it('passes over WebAssembly that is not ffmpeg', async () => {
  const home = directory()
  const folder = join(home, 'node_modules', '@ffmpeg', 'core')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"exports":{".":"./index.js","./wasm":"./core.wasm"}}')
  writeFileSync(join(folder, 'index.js'), 'module.exports = () => { throw new Error("broken") }')
  // The smallest module there is: its magic and its version.
  writeFileSync(join(folder, 'core.wasm'), Buffer.from('0061736d01000000', 'hex'))
  expect(await resolveFfmpeg({ searchPath: '', from: join(home, 'program.js') })).toMatchObject({
    engine: 'none',
  })
})

it('works with originals only when the package is absent or exports a path without a file', async () => {
  const none = { engine: 'none', reason: expect.stringContaining('originals only') }
  expect(await resolveFfmpeg({ searchPath: directory(), from: nowhere() })).toEqual(none)
  expect(await resolveFfmpeg({ searchPath: '', from: withPackage('/does/not/exist') })).toEqual(none)
})
