import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, resolve } from 'node:path'
import { promisify } from 'node:util'
import { SECOND } from '../kernel/units.ts'
import { loadWasmCore, type WasmCore, wasmVersion } from './wasm-core.ts'

const run = promisify(execFile)
const PROBE_TIMEOUT = 10 * SECOND

/** What there is to convert audio with; `none` means that only originals can be played. */
export type Ffmpeg =
  | {
      readonly engine: 'native'
      readonly path: string
      readonly version: string
      readonly source: 'FFMPEG_PATH' | 'PATH' | 'ffmpeg-static'
    }
  | {
      readonly engine: 'wasm'
      readonly core: WasmCore
      readonly version: string
      readonly source: '@ffmpeg/core'
    }
  | { readonly engine: 'none'; readonly reason: string }

export interface FfmpegOptions {
  /** The operator's choice; when it does not work that is an error, never a reason to take another one. */
  readonly ffmpegPath?: string
  /** Directories as in the environment's PATH; absent: this process's own. */
  readonly searchPath?: string
  /** File from which the optional npm packages ffmpeg-static and @ffmpeg/core are looked for. */
  readonly from?: string
}

/**
 * Finds an ffmpeg by really running it: FFMPEG_PATH, then PATH (the system's gets security updates), then the
 * npm package ffmpeg-static, whose install may have been skipped or left a path without a file, then
 * @ffmpeg/core, which is slower and holds everything in memory. Throws an Error when FFMPEG_PATH does not work.
 */
export async function resolveFfmpeg(options: FfmpegOptions = {}): Promise<Ffmpeg> {
  const { ffmpegPath } = options
  if (ffmpegPath !== undefined) {
    const version = await probe(ffmpegPath).catch((cause: unknown) => {
      throw new Error(`FFMPEG_PATH: ${ffmpegPath} does not run as ffmpeg`, { cause })
    })
    return { engine: 'native', path: ffmpegPath, version, source: 'FFMPEG_PATH' }
  }
  for (const path of onPath(options.searchPath)) {
    const version = await versionOf(path)
    if (version) return { engine: 'native', path, version, source: 'PATH' }
  }
  const from = options.from ?? import.meta.url
  const bundled = bundledPath(from)
  const version = bundled === null ? null : await versionOf(bundled)
  if (bundled !== null && version)
    return { engine: 'native', path: bundled, version, source: 'ffmpeg-static' }
  const wasm = await wasmFrom(from)
  return wasm ?? { engine: 'none', reason: 'no ffmpeg found: install it or set FFMPEG_PATH; originals only' }
}

async function wasmFrom(from: string): Promise<Ffmpeg | undefined> {
  try {
    const core = await loadWasmCore(from)
    return core && { engine: 'wasm', core, version: await wasmVersion(core), source: '@ffmpeg/core' }
  } catch {
    // The last candidate: one that does not run here is as good as none.
    return undefined
  }
}

const NAME = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg'

const onPath = (searchPath: string | undefined): string[] =>
  searchPath === undefined
    ? [NAME]
    : searchPath
        .split(delimiter)
        .filter((directory) => directory !== '')
        .map((directory) => resolve(directory, NAME))

function bundledPath(from: string): string | null {
  try {
    const path: unknown = createRequire(from)('ffmpeg-static')
    return typeof path === 'string' ? path : null
  } catch {
    // An optional dependency: absent when its download at install failed or was not wanted.
    return null
  }
}

/** Null for anything that is not a working ffmpeg: the next candidate may be one. */
const versionOf = (path: string): Promise<string | null> => probe(path).catch(() => null)

async function probe(path: string): Promise<string> {
  const options = { timeout: PROBE_TIMEOUT, killSignal: 'SIGKILL', maxBuffer: 1_000_000 } as const
  const { stdout } = await run(path, ['-hide_banner', '-version'], options)
  const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1]
  if (!version) throw new Error('its -version output is not that of ffmpeg')
  return version
}
