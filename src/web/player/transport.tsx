import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChannelChoice } from './channel-choice.tsx'
import { SkipIcon } from './icons.tsx'
import { SeekSlider } from './seek-slider.tsx'
import { clockTime } from './time.ts'
import { type PlayerOfCall, type Sound, useOnScreen, usePlayer } from './use-player.ts'
import { Waveform } from './waveform.tsx'

const SKIP_SECONDS = 10
const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2]

/** Everything but the play button: the slider, the skips, the speed, and what is going on in words. */
export function Transport({ sound }: { readonly sound: Sound }) {
  useOnScreen(sound.id)
  const call = usePlayer(sound)
  const { player, positionSeconds, durationSeconds, sounding } = call
  const [preview, setPreview] = useState<number | null>(null)
  const { id, durationSeconds: length } = sound
  const seek = useCallback((seconds: number) => player.seek(id, seconds, length), [player, id, length])
  const shown = preview ?? positionSeconds
  return (
    <div className="transport">
      <div className="transport__line">
        <Waveform id={id} call={call} positionSeconds={shown} onSeek={seek} onPreview={setPreview} />
        <SeekSlider
          positionSeconds={shown}
          durationSeconds={durationSeconds}
          sounding={sounding}
          onSeek={seek}
          onPreview={setPreview}
        />
        <p className="transport__clock" aria-hidden="true">
          <span>{clockTime(shown)}</span>
          <span>{clockTime(durationSeconds)}</span>
        </p>
      </div>
      <div className="transport__buttons">
        <SkipButtons onSkip={(seconds) => seek(positionSeconds + seconds)} />
        <RateSelect call={call} />
      </div>
      <ChannelChoice call={call} onChoose={(channel) => void player.setChannel(id, channel)} />
      <PlayerNews call={call} sound={sound} />
    </div>
  )
}

function SkipButtons({ onSkip }: { readonly onSkip: (seconds: number) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <button
        type="button"
        className="skip-button"
        aria-label={t('player.back')}
        onClick={() => onSkip(-SKIP_SECONDS)}
      >
        <SkipIcon />
      </button>
      <button
        type="button"
        className="skip-button"
        aria-label={t('player.forward')}
        onClick={() => onSkip(SKIP_SECONDS)}
      >
        <SkipIcon forward />
      </button>
    </>
  )
}

function RateSelect({ call }: { readonly call: PlayerOfCall }) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <label className="rate">
      <span>{t('player.rate')}</span>
      <select
        value={call.state?.rate ?? call.player.read().rate}
        onChange={(event) => call.player.setRate(Number(event.currentTarget.value))}
      >
        {RATES.map((rate) => (
          <option key={rate} value={rate}>
            {`${number.format(rate)}×`}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Spoken as it changes (WCAG 4.1.3): progress politely, a failure at once. */
function PlayerNews({
  call: { state },
  sound: { preparing, refusals = {} },
}: {
  readonly call: PlayerOfCall
  readonly sound: Sound
}) {
  const { t } = useTranslation()
  const news = state?.waiting ? 'waiting' : state?.phase
  const failure = state?.failure === 'unplayable' && preparing ? 'preparing' : state?.failure
  return (
    <>
      <p className="transport__news" role="status">
        {(news === 'opening' || news === 'waiting' || news === 'ended') && t(`player.${news}`)}
      </p>
      <p className="transport__failure" role="alert">
        {failure &&
          (refusals[state?.reason ?? failure] ?? refusals[failure] ?? t(`player.failure.${failure}`))}
      </p>
    </>
  )
}
