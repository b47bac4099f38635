import type { Waveform } from '../api/contract.ts'
import { type Bar, barsOf } from './waveform-bars.ts'

const BAR = 2
const GAP = 1
/** Silence is a thin line, not nothing: the call goes on there. */
const THINNEST = 1
const FADED = 0.3

export interface Drawing {
  readonly waveform: Waveform
  /** From 0 to 1: what of the call has been heard. */
  readonly share: number
  /** The one party that is heard, `1` or `2`; anything else means all. */
  readonly channel: string | null
}

/**
 * Draws the call in the colours that the style sheet gives the canvas (`--played`, `--ahead`), each channel on
 * a line of its own, those that are not heard faded.
 */
export function drawWaveform(canvas: HTMLCanvasElement, { waveform, share, channel }: Drawing): void {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const { width, height } = fitToScreen(canvas, pen)
  const style = getComputedStyle(canvas)
  const colours = { played: style.getPropertyValue('--played'), ahead: style.getPropertyValue('--ahead') }
  const lane = height / waveform.channels
  pen.clearRect(0, 0, width, height)
  for (let index = 0; index < waveform.channels; index++) {
    const isHeard = channel === null || channel === 'mix' || channel === String(index + 1)
    pen.globalAlpha = isHeard ? 1 : FADED
    const bars = barsOf(waveform, index, Math.floor(width / (BAR + GAP)))
    bars.forEach((bar, position) => {
      const left = position * (BAR + GAP)
      pen.fillStyle = left < share * width ? colours.played : colours.ahead
      drawBar(pen, bar, { left, middle: (index + 0.5) * lane, reach: lane / 2 - GAP })
    })
  }
}

interface Place {
  readonly left: number
  readonly middle: number
  /** Pixels from the middle to the top of a lane. */
  readonly reach: number
}

function drawBar(pen: CanvasRenderingContext2D, { low, high }: Bar, { left, middle, reach }: Place): void {
  const top = middle - Math.max(high * reach, THINNEST / 2)
  const bottom = middle - Math.min(low * reach, -THINNEST / 2)
  pen.fillRect(left, top, BAR, bottom - top)
}

/** As many points as the screen has there, so that the drawing is sharp; counted in CSS pixels from here on. */
function fitToScreen(canvas: HTMLCanvasElement, pen: CanvasRenderingContext2D) {
  const { clientWidth: width, clientHeight: height } = canvas
  const density = window.devicePixelRatio
  const [wide, high] = [Math.round(width * density), Math.round(height * density)]
  if (canvas.width !== wide) canvas.width = wide
  if (canvas.height !== high) canvas.height = high
  pen.setTransform(density, 0, 0, density, 0, 0)
  return { width, height }
}
