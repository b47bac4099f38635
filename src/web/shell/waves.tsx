const BARS = 96
const HEARD = 34

/** Two slow waves over a quick one: a voice that speaks, pauses and speaks. */
const heights = Array.from({ length: BARS }, (_, bar) => {
  const phrase = Math.abs(Math.sin(bar / 9.1) * Math.cos(bar / 21))
  return 2 + 18 * phrase * (0.45 + 0.55 * Math.abs(Math.sin(bar * 1.7)))
})

/** Decoration of the welcome page: a call, listened to a third of the way. */
export const Waves = () => (
  <svg className="waves" viewBox={`0 0 ${BARS * 4} 20`} preserveAspectRatio="none" aria-hidden="true">
    {heights.map((height, bar) => (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars never change.
        key={bar}
        className={bar < HEARD ? 'waves__heard' : 'waves__ahead'}
        x={bar * 4}
        y={10 - height / 2}
        width="2"
        height={height}
        rx="1"
      />
    ))}
  </svg>
)
