import { type PointerEvent, useEffect, useRef } from 'react'
import { useWaveform } from '../api/queries.ts'
import type { PlayerOfCall } from './use-player.ts'
import { type Drawing, drawWaveform } from './waveform-drawing.ts'

interface WaveformProps {
  readonly id: string
  readonly call: PlayerOfCall
  readonly positionSeconds: number
  readonly onSeek: (seconds: number) => void
  /** The place under the finger before it is lifted; null once it is. */
  readonly onPreview: (seconds: number | null) => void
}

/**
 * A picture of the call that can be pressed and dragged to move about in it. It says nothing that the slider
 * below does not say too, and does nothing that the slider does not do, so it is hidden from those who use that.
 */
export function Waveform({ id, call, positionSeconds, onSeek, onPreview }: WaveformProps) {
  const { data: waveform, isError } = useWaveform(id, call.waveformUrl)
  const duration = call.durationSeconds ?? 0
  if (call.waveformUrl === null || isError) return null
  const drawing = waveform && {
    waveform,
    share: duration > 0 ? positionSeconds / duration : 0,
    channel: call.state?.channel ?? null,
  }
  return (
    <Canvas
      drawing={drawing}
      onPreview={(share) => onPreview(share === null ? null : share * duration)}
      onChoose={(share) => onSeek(share * duration)}
    />
  )
}

interface CanvasProps {
  readonly drawing: Drawing | undefined
  readonly onPreview: (share: number | null) => void
  readonly onChoose: (share: number) => void
}

function Canvas({ drawing, onPreview, onChoose }: CanvasProps) {
  const canvas = useDrawing(drawing)
  const follow = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onPreview(shareAt(event))
  }
  return (
    <div aria-hidden="true">
      <canvas
        ref={canvas}
        className="waveform"
        data-drawn={drawing !== undefined}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          onPreview(shareAt(event))
        }}
        onPointerMove={follow}
        onPointerUp={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
          onPreview(null)
          onChoose(shareAt(event))
        }}
        onPointerCancel={() => onPreview(null)}
      />
    </div>
  )
}

/** From 0 at the left edge to 1 at the right; a finger may slip off either. */
function shareAt({ currentTarget, clientX }: PointerEvent<HTMLCanvasElement>): number {
  const { left, width } = currentTarget.getBoundingClientRect()
  return width > 0 ? Math.min(1, Math.max(0, (clientX - left) / width)) : 0
}

/** Draws anew whenever what is drawn, the size of its place or the colours of the page change. */
function useDrawing(drawing: Drawing | undefined) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(drawing)
  useEffect(() => {
    latest.current = drawing
    if (canvas.current && drawing) drawWaveform(canvas.current, drawing)
  }, [drawing])
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => latest.current && drawWaveform(element, latest.current)
    const size = new ResizeObserver(draw)
    size.observe(element)
    const looks = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    )
    for (const look of looks) look.addEventListener('change', draw)
    return () => {
      size.disconnect()
      for (const look of looks) look.removeEventListener('change', draw)
    }
  }, [])
  return canvas
}
