import { type DecodedFacts, EngineError, type EngineLimits } from './engine.ts'

const KEPT = 32_768

/** The beginning and the end of what a program says; damaged sound makes it say the same for megabytes. */
export class CappedText {
  #head = ''
  #tail = ''

  add(text: string): void {
    const room = KEPT - this.#head.length
    if (room > 0) this.#head += text.slice(0, room)
    if (text.length > room) this.#tail = (this.#tail + text.slice(Math.max(0, room))).slice(-KEPT)
  }

  toString(): string {
    return `${this.#head}${this.#tail}`
  }
}

/** How a run ended, as far as ffmpeg's own words and the way it went show. */
export interface RunResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/**
 * What a run showed of the source, or an EngineError that says why it showed nothing. Nothing that ffmpeg said
 * is repeated in its message: it may quote titles and names from the file.
 */
export function factsOf(result: RunResult, { maxSeconds }: Pick<EngineLimits, 'maxSeconds'>): DecodedFacts {
  const { said } = result
  // Half a second of tolerance: an encoder adds its own delay to what it is given.
  const seconds = secondsMade(said)
  if (seconds > maxSeconds + 0.5) throw new EngineError('limits', `longer than ${maxSeconds} seconds`)
  requireSuccess(result)
  const facts = inputFacts(said)
  if (!facts || seconds === 0) throw new EngineError('undecodable', 'there is no sound in it')
  return facts
}

/** Signals that a program brings upon itself: on another day it would do the same again. */
const CRASHES: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']
/** What the kernel sends to whoever used up its processor time or wrote too much. */
const OVER_LIMIT: readonly (NodeJS.Signals | null)[] = ['SIGXCPU', 'SIGXFSZ']
const XCPU = 24

/** ffmpeg's own way to begin a message; what starts it, or fails to, has another one. */
const SPOKE = /\[(?:info|warning|error|fatal|panic)\] /
const NO_MEMORY = /Cannot allocate memory|[Oo]ut of memory|bad_alloc/
const OWN_FAULT = /Unknown encoder|Encoder not found|No such filter|Unrecognized option|Option not found/

/** Only what ffmpeg did itself says anything of the source; whatever kept it from working may pass. */
function requireSuccess({ exitCode, signal, said }: RunResult): void {
  // ffmpeg catches some signals, ends in order and says so.
  const caught = /received signal (\d+)/.exec(said)?.[1]
  if (OVER_LIMIT.includes(signal) || Number(caught) === XCPU)
    throw new EngineError('limits', 'takes more processor time or space than it may')
  if (!SPOKE.test(said)) throw new EngineError('failed', `ffmpeg did not run (${signal ?? exitCode})`)
  if (exitCode === 0) return
  if (NO_MEMORY.test(said)) throw new EngineError('limits', 'takes more memory than it may')
  if (CRASHES.includes(signal)) throw new EngineError('undecodable', `the decoder broke down (${signal})`)
  if (signal !== null || caught) throw new EngineError('failed', `ended by signal ${signal ?? caught}`)
  const fault = OWN_FAULT.exec(said)?.[0]
  if (fault) throw new EngineError('failed', `ffmpeg cannot do what it was asked: ${fault}`)
  throw new EngineError('undecodable', 'it cannot be decoded')
}

/** Filters and times begin anew where the source changes its channels or sample rate; encoder and muxer notice. */
const BEGAN_ANEW = /Queue input is backward in time|[Nn]on[- ]monoton/
const NAMES_A_TIME = /\bt\b/

/** Throws EngineError when a filter was to change certain times of a source that has no one count of time. */
export function requireOneTimeline(
  { said }: RunResult,
  outputs: readonly { readonly filter?: string }[],
): void {
  if (BEGAN_ANEW.test(said) && outputs.some(({ filter }) => NAMES_A_TIME.test(filter ?? '')))
    throw new EngineError('undecodable', 'it changes its form in between, so that times in it mean nothing')
}

/** The longest time of any output, from the last status line; 0 when nothing was made. */
function secondsMade(said: string): number {
  const last = [...said.matchAll(/ time=(\d+):(\d\d):(\d\d(?:\.\d+)?)/g)].at(-1)
  if (!last) return 0
  const [, hours, minutes, seconds] = last
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** As in `Stream #0:0(nld): Audio: aac (LC) (mp4a / 0x6134706D), 8000 Hz, mono, fltp, 32 kb/s`. */
const STREAM = /^\[info\] {3}Stream #0:\d+[^:\n]*: Audio: (\w+)[^\n]*?, (\d+) Hz, ([^,\n]+)/m
const MAPPING = '[info] Stream mapping:'
/** Complaints of a decoder or a demuxer; what came before the mapping was only a look at the file. */
const DAMAGE = /\[(?:error|fatal|panic)\]|\[warning\][^\n]*corrupt/

function inputFacts(said: string): DecodedFacts | undefined {
  const [look = '', work = ''] = said.split(MAPPING, 2)
  const [, codec, sampleRate, layoutName] = STREAM.exec(look) ?? []
  if (codec === undefined || sampleRate === undefined || layoutName === undefined) return undefined
  return {
    codec,
    sampleRate: Number(sampleRate),
    channels: channelsOf(layoutName),
    isDamaged: DAMAGE.test(work),
  }
}

const NAMED: Readonly<Record<string, number>> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  quad: 4,
  hexagonal: 6,
  octagonal: 8,
  hexadecagonal: 16,
}

/** `stereo`, `5.1(side)`, `3 channels`: what stands before and behind the point adds up. */
function channelsOf(layoutName: string): number {
  const name = layoutName.trim()
  const numbers = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(name)?.slice(1) ?? []
  return NAMED[name.replace(/\(.*$/, '')] ?? numbers.reduce((sum, n) => sum + Number(n ?? 0), 0)
}
