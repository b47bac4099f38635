import { describe, expect, test } from 'vitest'
import { fileSize, kindOf } from '../../../src/web/listening/file-size.ts'
import { filterOf } from '../../../src/web/listening/period.ts'
import { sharePassed } from '../../../src/web/listening/share-passed.ts'

const NOW = Date.parse('2026-11-22T15:30:00Z')

describe('the choice of calls in the address', () => {
  test('nothing chosen means all calls', () => {
    expect(filterOf(new URLSearchParams(''), NOW)).toEqual({ period: '', product: '', from: '' })
  })

  test('a period begins at a whole day, so that the question stays the same all day', () => {
    const address = new URLSearchParams('periode=days30&onderwerp=car')
    const chosen = { period: 'days30', product: 'car', from: '2026-10-23T00:00:00.000Z' }
    expect(filterOf(address, NOW)).toEqual(chosen)
    expect(filterOf(address, NOW + 3_600_000)).toEqual(chosen)
  })

  test('a period that does not exist means all calls', () => {
    expect(filterOf(new URLSearchParams('periode=forever'), NOW).from).toBe('')
  })
})

describe('how far a call is on its way to deletion', () => {
  test('is nothing at the call, half-way in between, and all after the last day', () => {
    expect(sharePassed('2026-01-01T00:00:00Z', '2026-01-10', Date.parse('2026-01-01T00:00:00Z'))).toBe(0)
    expect(sharePassed('2026-01-01T00:00:00Z', '2026-01-10', Date.parse('2026-01-06T00:00:00Z'))).toBe(0.5)
    expect(sharePassed('2026-01-01T00:00:00Z', '2026-01-10', Date.parse('2026-03-01T00:00:00Z'))).toBe(1)
  })
})

describe('the file of a copy', () => {
  test('has its size in words of the language', () => {
    expect(fileSize(1_234_567, 'nl')).toMatch(/^1,2\sMB$/)
    expect(fileSize(640_000, 'en')).toMatch(/^640\skB$/)
    expect(fileSize(12, 'nl')).toMatch(/^1\skB$/)
  })

  test('has the everyday name of its kind, or its media type', () => {
    expect(kindOf('audio/wav')).toBe('WAV')
    expect(kindOf('audio/x-new')).toBe('audio/x-new')
  })
})
