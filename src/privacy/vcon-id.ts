import { createHash, randomInt } from 'node:crypto'

const RANDOM_LIMIT = 0x1000

/**
 * Makes ids of vCons: UUIDs of version 8 with the layout of version 7, in which the place of the last random bits
 * has the first 62 bits of the SHA-1 of the issuing host (core -03, 4.1.2). Ids of one process never repeat: those
 * of the same millisecond count on.
 */
export function makeVconIds(hostName: string): (at: Date) => string {
  const host = createHash('sha1').update(hostName).digest().readBigUInt64BE() >> 2n
  let last = 0n
  return (at) => {
    const random = BigInt(randomInt(RANDOM_LIMIT / 2))
    const wanted = (BigInt(at.getTime()) << 12n) | random
    last = wanted > last ? wanted : last + 1n
    const bits = ((last >> 12n) << 80n) | (8n << 76n) | ((last & 0xfffn) << 64n) | (2n << 62n) | host
    const hex = bits.toString(16).padStart(32, '0')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
}
