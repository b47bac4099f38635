import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Player } from '../player/player.ts'
import type { Session, SessionEnd } from './session.ts'

/** What lives as long as the page does, made once in `main.tsx`. */
export interface PageContext {
  readonly player: Player
  readonly session: Session
}

const Context = createContext<PageContext | null>(null)

export const PageProvider = Context.Provider

export function usePage(): PageContext {
  const page = useContext(Context)
  if (!page) throw new Error('usePage works inside PageProvider only')
  return page
}

export function useSessionEnd(): SessionEnd | null {
  const { session } = usePage()
  return useSyncExternalStore(session.subscribe, session.read)
}
