import { describe, expect, test } from 'vitest'
import { keyAction } from '../../../src/web/player/keys.ts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})

describe('keys of the player', () => {
  test.each([
    ['ArrowRight', 5],
    ['ArrowUp', 5],
    ['ArrowLeft', -5],
    ['ArrowDown', -5],
    ['PageUp', 30],
    ['PageDown', -30],
  ])('%s on the slider moves by %d seconds', (key, bySeconds) => {
    expect(keyAction(press(key), 'slider')).toEqual({ kind: 'move', bySeconds })
  })

  test('Home and End on the slider go to the ends', () => {
    expect(keyAction(press('Home'), 'slider')).toEqual({ kind: 'jump', to: 'start' })
    expect(keyAction(press('End'), 'slider')).toEqual({ kind: 'jump', to: 'end' })
  })

  test('letters work on every control of the player, in either case', () => {
    for (const place of ['slider', 'other'] as const) {
      expect(keyAction(press('k'), place)).toEqual({ kind: 'toggle' })
      expect(keyAction(press('J'), place)).toEqual({ kind: 'move', bySeconds: -10 })
      expect(keyAction(press('l'), place)).toEqual({ kind: 'move', bySeconds: 10 })
    }
  })

  test('a button keeps its own arrow keys and space', () => {
    for (const key of [' ', 'Enter', 'ArrowRight', 'Home']) {
      expect(keyAction(press(key), 'other')).toBeUndefined()
    }
  })

  test('the list of speeds keeps all its keys', () => {
    for (const key of ['k', 'j', 'l', ' ', 'ArrowDown']) expect(keyAction(press(key), 'list')).toBeUndefined()
  })

  test('a combination with Ctrl, Alt or Command stays with the browser', () => {
    for (const held of ['ctrlKey', 'metaKey', 'altKey'] as const) {
      expect(keyAction(press('l', { [held]: true }), 'slider')).toBeUndefined()
      expect(keyAction(press('ArrowLeft', { [held]: true }), 'slider')).toBeUndefined()
    }
  })
})
