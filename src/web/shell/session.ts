export type SessionEnd = 'expired' | 'logged_out'

const CHANNEL = 'listenback.session'

/** Tells every part of the page that the session is over, whoever noticed it first, and every other tab. */
export class Session {
  readonly #listeners = new Set<() => void>()
  readonly #tabs = new BroadcastChannel(CHANNEL)
  #end: SessionEnd | null = null
  #isConfirming = false

  constructor() {
    this.#tabs.onmessage = ({ data }) => {
      if (data === 'logged_out') this.#close('logged_out')
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** How the session ended; null while it may still be running. */
  readonly read = (): SessionEnd | null => this.#end

  /** Whether somebody is being asked to log in once more before they go on. */
  readonly readConfirming = (): boolean => this.#isConfirming

  end(how: SessionEnd): void {
    // A session that merely ran out may have been followed by another one, in which the other tabs are.
    if (how === 'logged_out') this.#tabs.postMessage(how)
    this.#close(how)
  }

  /** Asks, or stops asking, for a new login before an act that cannot be taken back. */
  confirm(isWanted: boolean): void {
    this.#isConfirming = isWanted
    this.#tell()
  }

  #close(how: SessionEnd): void {
    if (this.#end) return
    this.#end = how
    this.#isConfirming = false
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** Logging in is a page load: the identity provider comes in between, and then we are back here. */
export const loginUrl = (returnTo: string): string => `/login?${new URLSearchParams({ returnTo })}`

/** The same for somebody who is logged in: they prove that it is them, and their session goes on. */
export const stepUpUrl = (returnTo: string): string =>
  `/login?${new URLSearchParams({ returnTo, stepUp: '1' })}`
