import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChannelChoice as Part } from '../api/contract.ts'
import { useNames } from '../i18n/language.ts'
import type { PlayerOfCall } from './use-player.ts'

interface ChannelChoiceProps {
  readonly call: PlayerOfCall
  /** Null for the whole call. */
  readonly onChoose: (channel: string | null) => void
}

/** Who is to be heard: a group of radio buttons, which every keyboard and screen reader knows. */
export function ChannelChoice({ call: { state, channels }, onChoose }: ChannelChoiceProps) {
  const { t } = useTranslation()
  const labelOf = usePartLabel()
  const name = useId()
  if (channels.length === 0) return null
  const chosen = state?.channel ?? null
  const choices = [
    { channel: null, label: t('player.channel.both') },
    ...channels.map((part) => ({ channel: part.channel, label: labelOf(part) })),
  ]
  return (
    <fieldset className="voices">
      <legend>{t('player.channel.legend')}</legend>
      <div className="voices__choices">
        {choices.map(({ channel, label }) => (
          <label key={channel} className="voices__choice">
            <input type="radio" name={name} checked={channel === chosen} onChange={() => onChoose(channel)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** The sender names the parties in words of its own; the usual ones are told in ours. */
function usePartLabel(): (part: Part) => string {
  const { t } = useTranslation()
  const name = useNames()
  return ({ channel, label }) => {
    if (channel === 'mix') return t('player.channel.mix')
    if (label === undefined) return t('player.channel.numbered', { number: channel })
    return name('party', label.toLowerCase(), t('player.channel.only', { who: label }))
  }
}
