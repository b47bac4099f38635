/** A signal's complex spectrum, in place of two arrays that are a power of two long. */
export function fft(real: Float64Array, imaginary: Float64Array, inverse = false): void {
  const size = real.length
  if (size !== imaginary.length || (size & (size - 1)) !== 0) throw new RangeError('not a power of two')
  reverseBits(real, imaginary)
  for (let half = 1; half < size; half *= 2) {
    const step = ((inverse ? 1 : -1) * Math.PI) / half
    for (let k = 0; k < half; k++) {
      const cos = Math.cos(step * k)
      const sin = Math.sin(step * k)
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half
        const re = at(real, b) * cos - at(imaginary, b) * sin
        const im = at(real, b) * sin + at(imaginary, b) * cos
        real[b] = at(real, a) - re
        imaginary[b] = at(imaginary, a) - im
        real[a] = at(real, a) + re
        imaginary[a] = at(imaginary, a) + im
      }
    }
  }
  if (!inverse) return
  for (let i = 0; i < size; i++) {
    real[i] = at(real, i) / size
    imaginary[i] = at(imaginary, i) / size
  }
}

const at = (values: Float64Array, index: number): number => values[index] as number

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 1, j = 0; i < real.length; i++) {
    let bit = real.length >> 1
    while (j & bit) {
      j ^= bit
      bit >>= 1
    }
    j |= bit
    if (i >= j) continue
    for (const values of [real, imaginary]) {
      const held = at(values, i)
      values[i] = at(values, j)
      values[j] = held
    }
  }
}

export const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, atLeast)))

/** Sums of products of two signals for every shift of the second from -maxLag to +maxLag samples. */
export function crossProducts(a: Float32Array, b: Float32Array, maxLag: number): Float64Array {
  const size = powerOfTwo(Math.max(a.length, b.length) + maxLag + 1)
  const [aRe, aIm, bRe, bIm] = [0, 0, 0, 0].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  aRe.set(a)
  bRe.set(b)
  fft(aRe, aIm)
  fft(bRe, bIm)
  for (let i = 0; i < size; i++) {
    const re = at(aRe, i) * at(bRe, i) + at(aIm, i) * at(bIm, i)
    aIm[i] = at(aRe, i) * at(bIm, i) - at(aIm, i) * at(bRe, i)
    aRe[i] = re
  }
  fft(aRe, aIm, true)
  return Float64Array.from({ length: 2 * maxLag + 1 }, (_, i) => at(aRe, (i - maxLag + size) % size))
}

/** Magnitudes of the frequencies 0, rate/size, ... below half the rate, seen through a Hann window. */
export function spectrum(samples: Float32Array, size = powerOfTwo(samples.length)): Float64Array {
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  const length = Math.min(size, samples.length)
  for (let i = 0; i < length; i++) {
    re[i] = (samples[i] as number) * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length))
  }
  fft(re, im)
  return re.slice(0, size / 2).map((value, i) => Math.hypot(value, at(im, i)))
}
