/** What a key does while the keyboard focus is inside the player. */
export type KeyAction =
  | { readonly kind: 'toggle' }
  | { readonly kind: 'move'; readonly bySeconds: number }
  | { readonly kind: 'jump'; readonly to: 'start' | 'end' }

const ANYWHERE: Readonly<Record<string, KeyAction>> = {
  k: { kind: 'toggle' },
  j: { kind: 'move', bySeconds: -10 },
  l: { kind: 'move', bySeconds: 10 },
}

const ON_SLIDER: Readonly<Record<string, KeyAction>> = {
  ' ': { kind: 'toggle' },
  ArrowLeft: { kind: 'move', bySeconds: -5 },
  ArrowDown: { kind: 'move', bySeconds: -5 },
  ArrowRight: { kind: 'move', bySeconds: 5 },
  ArrowUp: { kind: 'move', bySeconds: 5 },
  PageDown: { kind: 'move', bySeconds: -30 },
  PageUp: { kind: 'move', bySeconds: 30 },
  Home: { kind: 'jump', to: 'start' },
  End: { kind: 'jump', to: 'end' },
}

export interface PressedKey {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/**
 * Letters work only while focus is in the player, never page-wide, so that they cannot get in the way
 * of speech input (WCAG 2.1.4). A combination with Ctrl, Alt or Command belongs to the browser.
 */
export function keyAction(pressed: PressedKey, on: 'slider' | 'list' | 'other'): KeyAction | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || on === 'list') return undefined
  return (on === 'slider' ? ON_SLIDER[pressed.key] : undefined) ?? ANYWHERE[pressed.key.toLowerCase()]
}
