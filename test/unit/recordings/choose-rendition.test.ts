import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Choices,
  channelChoices,
  chooseRendition,
  NO_CHOICES,
  wantedError,
} from '../../../src/recordings/choose-rendition.ts'

const names = ['original', 'playback', 'mix', 'channel1', 'channel2', 'masked', 'waveform'] as const
const choices: fc.Arbitrary<Choices> = fc.record({
  made: fc.subarray([...names]),
  parties: fc.option(
    fc.array(fc.constantFrom('member', 'agent', 'mix', '1', '2', 'caller'), { maxLength: 4 }),
  ),
  audioChannels: fc.option(fc.integer({ min: 1, max: 4 })),
})

describe('the choice of what is heard', () => {
  test('every part that is offered is what is heard when it is asked for, by its number and by its name', () => {
    fc.assert(
      fc.property(choices, (of) => {
        for (const { channel, label } of channelChoices(of)) {
          const rendition = chooseRendition({ channel }, of)
          expect(of.made).toContain(rendition)
          const isItsOwn = label !== undefined && of.parties?.filter((party) => party === label).length === 1
          if (isItsOwn && !['mix', '1', '2'].includes(label))
            expect(chooseRendition({ channel: label }, of)).toBe(rendition)
        }
      }),
    )
  })

  test('without a wish it is what plays everywhere, or else what came in', () => {
    fc.assert(
      fc.property(choices, (of) => {
        expect(chooseRendition({}, of)).toBe(of.made.includes('playback') ? 'playback' : 'original')
      }),
    )
  })

  test('what a name means does not depend on what was made yet, so that a part can be waited for', () => {
    fc.assert(
      fc.property(choices, fc.subarray([...names]), fc.string(), (of, made, name) => {
        for (const channel of ['mix', '1', '2', ...(of.parties ?? []), name])
          expect(chooseRendition({ channel }, { ...of, made })).toEqual(chooseRendition({ channel }, of))
      }),
    )
  })

  test('a number or mix keeps its meaning whatever the sender calls the parties', () => {
    const of: Choices = { made: [...names], parties: ['2', 'mix'], audioChannels: 2 }
    expect(chooseRendition({ channel: '2' }, of)).toBe('channel2')
    expect(chooseRendition({ channel: 'mix' }, of)).toBe('mix')
  })

  test('a third party of a recording cannot be heard alone', () => {
    const of: Choices = { ...NO_CHOICES, parties: ['agent', 'member', 'interpreter'], audioChannels: 3 }
    expect(chooseRendition({ channel: 'interpreter' }, of)).toMatchObject({ field: 'channel' })
  })

  test('a channel goes with the playback only', () => {
    expect(wantedError({ channel: '1' })).toBeUndefined()
    expect(wantedError({ channel: '1', rendition: 'playback' })).toBeUndefined()
    expect(wantedError({ rendition: 'masked' })).toBeUndefined()
    for (const rendition of ['original', 'masked'] as const)
      expect(wantedError({ channel: '1', rendition })).toMatchObject({ field: 'channel' })
  })
})
