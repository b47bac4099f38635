/** Bech32 (BIP 173) without its 90-character limit, as the age specification uses it for keys. */

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_LENGTH = 6

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    GENERATOR.forEach((generator, bit) => {
      if ((top >>> bit) & 1) sum ^= generator
    })
  }
  return sum
}

function expandPrefix(prefix: string): number[] {
  const codes = [...prefix].map((character) => character.charCodeAt(0))
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)]
}

/** Regroups bits; undefined when padding is longer than needed or not zero. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] | undefined {
  const out: number[] = []
  let bits = 0
  let pending = 0
  for (const value of values) {
    pending = ((pending << from) | value) & 0xfff
    bits += from
    while (bits >= to) {
      bits -= to
      out.push((pending >>> bits) & ((1 << to) - 1))
    }
  }
  const rest = (pending << (to - bits)) & ((1 << to) - 1)
  if (pad) {
    if (bits > 0) out.push(rest)
  } else if (bits >= from || rest !== 0) {
    return undefined
  }
  return out
}

/** Lower-case bech32 text of some bytes under a human-readable prefix. */
export function encodeBech32(prefix: string, data: Uint8Array): string {
  const words = regroup(data, 8, 5, true) ?? []
  const checksum =
    polymod([...expandPrefix(prefix), ...words, ...new Array<number>(CHECKSUM_LENGTH).fill(0)]) ^ 1
  const tail = Array.from({ length: CHECKSUM_LENGTH }, (_, i) => (checksum >>> (5 * (5 - i))) & 31)
  return `${prefix}1${[...words, ...tail].map((word) => ALPHABET[word]).join('')}`
}

/** The bytes in bech32 text, or undefined unless prefix, case, checksum and padding are all right. */
export function decodeBech32(prefix: string, text: string): Buffer | undefined {
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return undefined
  if (!lower.startsWith(`${prefix}1`)) return undefined
  const words = [...lower.slice(prefix.length + 1)].map((character) => ALPHABET.indexOf(character))
  if (words.length < CHECKSUM_LENGTH || words.includes(-1)) return undefined
  if (polymod([...expandPrefix(prefix), ...words]) !== 1) return undefined
  const data = regroup(words.slice(0, -CHECKSUM_LENGTH), 5, 8, false)
  return data && Buffer.from(data)
}
