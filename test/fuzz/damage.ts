/** How a file was damaged, so that one that broke something can be made again. */
export interface Damage {
  readonly kind: 'flip' | 'cut' | 'hole' | 'head'
  readonly seed: number
}

/** Numbers that look random and are the same in every run (Marsaglia's xorshift, 32 bit). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

const KINDS = ['flip', 'cut', 'hole', 'head'] as const
const HEAD_BYTES = 128

/** The damage with this number: some bits turned, the end missing, a hole of zeros, or a wrong header. */
export const damageOf = (seed: number): Damage => ({ kind: KINDS[seed % KINDS.length] ?? 'flip', seed })

/** A copy of the file with that damage. */
export function damaged(file: Buffer, { kind, seed }: Damage): Buffer {
  const next = numbersFrom(seed)
  const copy = Buffer.from(file)
  if (kind === 'cut') return copy.subarray(0, 1 + next(copy.length))
  if (kind === 'hole') {
    const from = next(copy.length)
    return copy.fill(0, from, Math.min(copy.length, from + 1 + next(4096)))
  }
  const turns = 1 + next([1, 4, 32, 256][next(4)] ?? 1)
  const range = kind === 'head' ? Math.min(HEAD_BYTES, copy.length) : copy.length
  for (let i = 0; i < turns; i += 1) {
    const at = next(range)
    copy[at] = (copy[at] ?? 0) ^ (1 << next(8))
  }
  return copy
}
