interface Kind {
  readonly magic: string
  /** Bytes behind the frame header, by frame type. */
  readonly sizes: readonly number[]
  /** Frame types below this one are speech; those above say that nobody spoke, or nothing at all. */
  readonly speechTypes: number
}

/** RFC 4867, 5.3; sizes from 3GPP TS 26.101 and 26.201. */
const NARROW: Kind = {
  magic: '#!AMR\n',
  sizes: [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0],
  speechTypes: 8,
}
const WIDE: Kind = {
  magic: '#!AMR-WB\n',
  sizes: [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0],
  speechTypes: 9,
}
const KINDS: Readonly<Record<string, Kind>> = { 'audio/amr': NARROW, 'audio/amr-wb': WIDE }

/** Frame type 0 with its quality bit set. */
const SPEECH_HEADER = 0x04

/**
 * AMR in which every frame is one of speech. A telephone that hears nothing sends frames that say so, and ffmpeg
 * gives no samples for those: the pauses would be missing, and everything behind them would be too early. In
 * their place comes the quietest frame of speech: no sound at all in AMR, about -50 dB in AMR-WB. Anything that
 * is not AMR passes as it is.
 */
export async function* fillPauses(
  mediaType: string,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  const kind = KINDS[mediaType]
  if (!kind) {
    yield* source
    return
  }
  let rest: Buffer = Buffer.alloc(0)
  let isPastMagic = false
  for await (const piece of source) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    if (!isPastMagic) {
      if (rest.length < kind.magic.length) continue
      yield rest.subarray(0, kind.magic.length)
      rest = rest.subarray(kind.magic.length)
      isPastMagic = true
    }
    const { frames, used } = takeFrames(rest, kind)
    if (used > 0) yield frames
    rest = rest.subarray(used)
  }
  // A frame that was cut off is for the decoder to complain of.
  if (rest.length > 0) yield rest
}

/** All whole frames at the beginning, the pauses among them filled; and how many bytes they took. */
function takeFrames(bytes: Buffer, { sizes, speechTypes }: Kind): { frames: Buffer; used: number } {
  const quiet = Buffer.alloc(1 + (sizes[0] ?? 0))
  quiet[0] = SPEECH_HEADER
  const frames: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    const type = ((bytes[at] ?? 0) >> 3) & 15
    const end = at + 1 + (sizes[type] ?? 0)
    if (end > bytes.length) break
    frames.push(type < speechTypes ? bytes.subarray(at, end) : quiet)
    at = end
  }
  return { frames: Buffer.concat(frames), used: at }
}
