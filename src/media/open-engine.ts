import type { AudioEngine } from './engine.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import { createNativeEngine } from './native-engine.ts'
import { findSandbox } from './sandbox.ts'
import { createWasmEngine } from './wasm-engine.ts'

/** Makes what was found ready to work; tries out once what this machine can keep it in with. Undefined for none. */
export async function openEngine(ffmpeg: Ffmpeg): Promise<AudioEngine | undefined> {
  switch (ffmpeg.engine) {
    case 'none':
      return undefined
    case 'wasm':
      return createWasmEngine(ffmpeg.core, ffmpeg.version)
    case 'native':
      return createNativeEngine({ ...ffmpeg, sandbox: await findSandbox(ffmpeg.path) })
  }
}

/** For people: which one it is, where it comes from and what keeps it in; or why there is none. */
export function describeEngine(ffmpeg: Ffmpeg, engine: AudioEngine | undefined): string {
  if (ffmpeg.engine === 'none') return ffmpeg.reason
  return `ffmpeg ${ffmpeg.version} (${ffmpeg.source}): ${engine?.isolation.join(', ')}`
}
