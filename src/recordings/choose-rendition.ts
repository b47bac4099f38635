import type { FieldError } from '../kernel/problem.ts'
import type { RenditionName } from '../storage/keys.ts'

/** What somebody wants to hear, in their own words; nothing at all means the best there is. */
export interface Wanted {
  readonly rendition?: 'original' | 'playback' | 'masked' | undefined
  /** `mix`, `1`, `2`, or a party's name as the sender gave it. */
  readonly channel?: string | undefined
}

/** What there is of a recording. */
export interface Choices {
  readonly made: readonly RenditionName[]
  /** Who speaks on each channel, in order; null when the sender did not say. */
  readonly parties: readonly string[] | null
  /** As decoding showed; null as long as nobody has decoded it. */
  readonly audioChannels: number | null
}

export const NO_CHOICES: Choices = { made: [], parties: null, audioChannels: null }

/** A part of a call that can be heard alone. */
export interface ChannelChoice {
  readonly channel: ChannelName
  /** The party on it, where the sender said who that is. */
  readonly label?: string
}

/** In the order of a menu. */
export const CHANNEL_NAMES = ['mix', '1', '2'] as const
type ChannelName = (typeof CHANNEL_NAMES)[number]

const RENDITIONS: Readonly<Record<ChannelName, RenditionName>> = {
  mix: 'mix',
  '1': 'channel1',
  '2': 'channel2',
}

/** Wrong for every recording alike, so that saying it tells nothing of this one; undefined when it is fine. */
export function wantedError({ rendition, channel }: Wanted): FieldError | undefined {
  if (channel === undefined || rendition === undefined || rendition === 'playback') return undefined
  return { field: 'channel', message: `cannot be chosen of the ${rendition}` }
}

/**
 * The rendition that answers to what is wanted, made or not, or what is wrong with the wish. A call with one
 * channel is its own mix and its own first channel.
 */
export function chooseRendition(
  { rendition, channel }: Wanted,
  choices: Choices,
): RenditionName | FieldError {
  if (channel !== undefined) return renditionOfChannel(channel, choices)
  return rendition ?? (choices.made.includes('playback') ? 'playback' : 'original')
}

function renditionOfChannel(
  channel: string,
  { parties, audioChannels }: Choices,
): RenditionName | FieldError {
  const name = CHANNEL_NAMES.find((known) => known === channel) ?? channelOfParty(channel, parties ?? [])
  if (name === undefined) return { field: 'channel', message: 'names no channel of this recording' }
  if (audioChannels !== 1) return RENDITIONS[name]
  return name === '2' ? { field: 'channel', message: 'is not there: the recording has one' } : 'playback'
}

/** Undefined also when the name stands for several channels: then it does not say which. */
function channelOfParty(party: string, parties: readonly string[]): ChannelName | undefined {
  if (parties.indexOf(party) !== parties.lastIndexOf(party)) return undefined
  return CHANNEL_NAMES.find((name) => parties[Number(name) - 1] === party)
}

/** The parts that can be heard alone; none for a call that has no parts. */
export function channelChoices({ made, parties, audioChannels }: Choices): ChannelChoice[] {
  if (audioChannels === 1) return []
  return CHANNEL_NAMES.filter((channel) => made.includes(RENDITIONS[channel])).map((channel) => {
    const label = parties?.[Number(channel) - 1]
    return label === undefined ? { channel } : { channel, label }
  })
}
