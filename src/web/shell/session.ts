export type SessionEnd = 'expired' | 'logged_out'

/** Tells every part of the page that the session is over, whoever noticed it first. */
export class Session {
  readonly #listeners = new Set<() => void>()
  #end: SessionEnd | null = null

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** How the session ended; null while it may still be running. */
  readonly read = (): SessionEnd | null => this.#end

  end(how: SessionEnd): void {
    if (this.#end) return
    this.#end = how
    for (const listener of this.#listeners) listener()
  }
}

/** Logging in is a page load: the identity provider comes in between, and then we are back here. */
export const loginUrl = (returnTo: string): string => `/login?${new URLSearchParams({ returnTo })}`
