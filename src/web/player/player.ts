import type { ChannelChoice, Intent, Playback } from '../api/contract.ts'
import { type Failure, failureOf, failureOfSource, isNoSuchPart, reasonOf } from './failure.ts'
import { isSameIntent } from './intent.ts'
import { keepChecking } from './keep-checking.ts'

export type Phase = 'idle' | 'opening' | 'playing' | 'paused' | 'ended' | 'failed'

export interface PlayerState {
  readonly recordingId: string | null
  readonly phase: Phase
  /** The sound waits for data although it should be playing. */
  readonly waiting: boolean
  readonly positionSeconds: number
  /** Null until the file has told its length. */
  readonly durationSeconds: number | null
  readonly rate: number
  /** The part of the call that is to be heard; null for all of it, as it was recorded. */
  readonly channel: string | null
  /** The parts that can be chosen; null as long as no session has told them. */
  readonly channels: readonly ChannelChoice[] | null
  readonly waveformUrl: string | null
  readonly failure: Failure | null
  /** Which condition was not met, where the service says so. */
  readonly reason: string | null
}

export interface WantedSound {
  readonly id: string
  readonly channel: string | null
  /** What staff declare; null for a member, who needs no reason. */
  readonly intent: Intent | null
}

export type OpenPlayback = (wanted: WantedSound, signal: AbortSignal) => Promise<Playback>

const NOTHING: PlayerState = {
  recordingId: null,
  phase: 'idle',
  waiting: false,
  positionSeconds: 0,
  durationSeconds: null,
  rate: 1,
  channel: null,
  channels: null,
  waveformUrl: null,
  failure: null,
  reason: null,
}

/**
 * The one player of the page, over one native `<audio>` element that stays the source of truth: two
 * calls can never sound at once. A listening session is opened at the first play and never before,
 * because opening one is what the audit trail records.
 */
export class Player {
  readonly #audio: HTMLAudioElement
  readonly #openPlayback: OpenPlayback
  readonly #listeners = new Set<() => void>()
  /** Where the listener was in each call, for as long as the page is open. */
  readonly #positions = new Map<string, number>()
  /** How many places of the page show the controls of a call. */
  readonly #views = new Map<string, number>()
  #state = NOTHING
  #playback: Playback | null = null
  /** For which purpose the selected call is heard; declared at each play, and for that call only. */
  #intent: Intent | null = null
  #stopChecking: (() => void) | null = null
  #opening: AbortController | null = null

  constructor(audio: HTMLAudioElement, openPlayback: OpenPlayback) {
    this.#audio = audio
    this.#openPlayback = openPlayback
    this.#follow()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly read = (): PlayerState => this.#state

  /**
   * The controls of a call came on screen; the answer tells that they left. Sound without controls
   * would be sound nobody can stop (WCAG 1.4.2), so it pauses when the last ones have gone. Moving from
   * the list to the page of the same call replaces them within one turn and plays on.
   */
  show(recordingId: string): () => void {
    this.#views.set(recordingId, (this.#views.get(recordingId) ?? 0) + 1)
    return () => {
      this.#views.set(recordingId, (this.#views.get(recordingId) ?? 1) - 1)
      setTimeout(() => {
        if (this.#state.recordingId === recordingId && !this.#views.get(recordingId)) this.pause()
      })
    }
  }

  /** With another declaration than before a session of its own is opened. */
  async play(recordingId: string, intent: Intent | null = null): Promise<void> {
    this.#select(recordingId)
    if (!isSameIntent(intent, this.#intent)) this.#letGo('idle')
    this.#intent = intent
    if (this.#opening) return
    if (this.#state.phase === 'ended') this.#update({ positionSeconds: 0 })
    if (this.#playback || (await this.#open(recordingId))) await this.#start()
  }

  pause(): void {
    if (this.#opening) this.#letGo('idle')
    this.#audio.pause()
  }

  /** Moves within the call; before the first play it only sets where that play will begin. */
  seek(recordingId: string, seconds: number, durationSeconds: number | null): void {
    this.#select(recordingId)
    const end = this.#state.durationSeconds ?? durationSeconds ?? 0
    const positionSeconds = Math.min(Math.max(0, seconds), end)
    this.#positions.set(recordingId, positionSeconds)
    this.#update({ positionSeconds, ...(this.#state.phase === 'ended' && { phase: 'paused' }) })
    if (this.#audio.readyState > 0) this.#audio.currentTime = positionSeconds
  }

  /** Another part of the same call: the sound goes on from where it was, in a session of its own. */
  async setChannel(recordingId: string, channel: string | null): Promise<void> {
    this.#select(recordingId)
    if (this.#state.channel === channel) return
    const { phase } = this.#state
    const sounding = phase === 'playing' || phase === 'opening'
    if (phase !== 'idle') this.#letGo('paused')
    this.#update({ channel, failure: null })
    if (sounding) await this.play(recordingId, this.#intent)
  }

  setRate(rate: number): void {
    this.#audio.playbackRate = rate
    this.#update({ rate })
  }

  /** Back to nothing, as after logging out: no sound and no remembered places. */
  reset(): void {
    this.#letGo('idle')
    this.#positions.clear()
    this.#update(NOTHING)
  }

  #update(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }

  #select(recordingId: string): void {
    if (this.#state.recordingId === recordingId) return
    this.#letGo('idle')
    this.#intent = null
    const positionSeconds = this.#positions.get(recordingId) ?? 0
    this.#update({ ...NOTHING, recordingId, rate: this.#state.rate, positionSeconds })
  }

  async #open(recordingId: string): Promise<boolean> {
    const attempt = new AbortController()
    this.#opening = attempt
    this.#update({ phase: 'opening', failure: null, reason: null })
    try {
      const wanted = { id: recordingId, channel: this.#state.channel, intent: this.#intent }
      const playback = await this.#openPlayback(wanted, attempt.signal)
      if (attempt.signal.aborted) return false
      this.#playback = playback
      this.#update({ channels: playback.channels, waveformUrl: playback.waveformUrl })
      this.#audio.src = playback.audioUrl
      if (this.#intent) this.#keepChecking(playback)
      return true
    } catch (error) {
      if (attempt.signal.aborted) return false
      if (this.#state.channel !== null && isNoSuchPart(error)) {
        this.#update({ channel: null })
        return await this.#open(recordingId)
      }
      this.#fail(failureOf(error), reasonOf(error))
      return false
    } finally {
      if (this.#opening === attempt) this.#opening = null
    }
  }

  async #start(): Promise<void> {
    try {
      await this.#audio.play()
    } catch (error) {
      // Some phones want the press itself to start the sound, and opening the session took a moment.
      const pressAgain = error instanceof DOMException && error.name === 'NotAllowedError'
      if (pressAgain) this.#update({ phase: 'paused', failure: 'press_again' })
    }
  }

  /**
   * Most of a call may lie in the browser already when staff must no longer hear it, and then there is no stream
   * left to cut. So the page asks too, and stops the sound.
   */
  #keepChecking(playback: Playback): void {
    this.#stopChecking = keepChecking(playback, (failure, reason) => {
      if (this.#playback === playback) this.#fail(failure, reason)
    })
  }

  #fail(failure: Failure, reason: string | null = null): void {
    this.#letGo('failed')
    this.#update({ failure, reason })
  }

  /** Drops the source and the session; the place in the call stays known. */
  #letGo(phase: Phase): void {
    this.#opening?.abort()
    this.#opening = null
    this.#stopChecking?.()
    this.#stopChecking = null
    this.#playback = null
    this.#update({ phase, waiting: false })
    if (!this.#audio.hasAttribute('src')) return
    this.#audio.pause()
    this.#audio.removeAttribute('src')
    this.#audio.load()
  }

  #follow(): void {
    const audio = this.#audio
    audio.addEventListener('loadedmetadata', () => this.#followMetadata())
    audio.addEventListener('timeupdate', () => this.#followPosition())
    audio.addEventListener('seeked', () => this.#followPosition())
    audio.addEventListener('playing', () =>
      this.#update({ phase: 'playing', waiting: false, failure: null, reason: null }),
    )
    audio.addEventListener('waiting', () => this.#update({ waiting: true }))
    audio.addEventListener('pause', () => {
      if (this.#state.phase === 'playing' && !audio.ended) this.#update({ phase: 'paused', waiting: false })
    })
    audio.addEventListener('ended', () => this.#followEnd())
    audio.addEventListener('error', () => void this.#followError())
  }

  /** The file is known: go to where the listener was, or had put the slider before the first play. */
  #followMetadata(): void {
    const durationSeconds = Number.isFinite(this.#audio.duration) ? this.#audio.duration : null
    const startAt = this.#state.positionSeconds
    this.#audio.playbackRate = this.#state.rate
    if (startAt > 0 && startAt < (durationSeconds ?? 0)) this.#audio.currentTime = startAt
    this.#update({ durationSeconds })
  }

  #followPosition(): void {
    const { recordingId, phase } = this.#state
    if (this.#audio.readyState === 0 || !recordingId || phase === 'ended') return
    this.#positions.set(recordingId, this.#audio.currentTime)
    this.#update({ positionSeconds: this.#audio.currentTime })
  }

  #followEnd(): void {
    if (this.#state.recordingId) this.#positions.delete(this.#state.recordingId)
    this.#update({ phase: 'ended', waiting: false, positionSeconds: this.#audio.duration })
  }

  /** A listening session that ran out is renewed in place; every other failure is told. */
  async #followError(): Promise<void> {
    const failed = this.#playback
    const { recordingId, phase } = this.#state
    if (!failed || !recordingId) return
    const failure = await failureOfSource(failed, this.#audio.error)
    if (this.#playback !== failed) return
    if (failure !== 'expired') return this.#fail(failure)
    this.#letGo('paused')
    if (phase === 'playing') await this.play(recordingId, this.#intent)
  }
}
