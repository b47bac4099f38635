import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { spokenTime, type TimeUnit } from './time.ts'

interface SeekSliderProps {
  readonly positionSeconds: number
  readonly durationSeconds: number | null
  readonly sounding: boolean
  readonly onSeek: (seconds: number) => void
  /** Where the thumb is held before it is let go, so that the clock can follow; null otherwise. */
  readonly onPreview: (seconds: number | null) => void
}

/**
 * A native range input: every assistive technology knows it, touch included. The sound moves when the
 * thumb is let go, not at every pixel, since each move asks the service for another part of the file.
 * The player handles the arrow keys (see `keys.ts`).
 */
export function SeekSlider({
  positionSeconds,
  durationSeconds,
  sounding,
  onSeek,
  onPreview,
}: SeekSliderProps) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [held, setHeld] = useState<number | null>(null)
  const [focused, setFocused] = useState(false)
  const total = Math.max(1, Math.ceil(durationSeconds ?? 0))
  const shown = held ?? positionSeconds
  const spoken = useSpokenPosition(shown, sounding && focused)
  const unit = (name: TimeUnit, count: number) => t(`player.${name}`, { count })

  // React's onChange is the DOM's `input`; only the DOM's own `change` tells that the thumb was let go.
  useEffect(() => {
    const element = input.current
    if (!element) return
    const letGo = () => {
      setHeld(null)
      onPreview(null)
      onSeek(Number(element.value))
    }
    element.addEventListener('change', letGo)
    return () => element.removeEventListener('change', letGo)
  }, [onSeek, onPreview])

  return (
    <input
      ref={input}
      className="slider"
      type="range"
      min={0}
      max={total}
      step={1}
      value={Math.min(Math.floor(shown), total)}
      style={{ '--done': `${Math.min(100, (shown / total) * 100)}%` } as CSSProperties}
      aria-label={t('player.position')}
      aria-valuetext={t('player.positionOf', {
        position: spokenTime(spoken, unit),
        total: spokenTime(durationSeconds ?? 0, unit),
      })}
      disabled={durationSeconds === null}
      onChange={(event) => {
        setHeld(Number(event.currentTarget.value))
        onPreview(Number(event.currentTarget.value))
      }}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    />
  )
}

const STEP_SECONDS = 2

/**
 * The position to speak. While the sound runs and the slider has the focus, a screen reader would
 * read out every passing second over the call: then only a real move changes the text.
 */
function useSpokenPosition(position: number, quiet: boolean): number {
  const [spoken, setSpoken] = useState(position)
  const previous = useRef(position)
  useEffect(() => {
    const moved = Math.abs(position - previous.current) > STEP_SECONDS
    previous.current = position
    if (moved || !quiet) setSpoken(position)
  }, [position, quiet])
  return spoken
}
