import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import * as vectors from 'cctv-age'
import { describe, expect, it } from 'vitest'
import { AgeFileOpener } from '../../../src/storage/age/file.ts'
import { AgeError, decodeIdentity } from '../../../src/storage/age/index.ts'

interface Vector {
  readonly name: string
  readonly fields: ReadonlyMap<string, string>
  readonly file: Buffer
}

const OUTCOMES = {
  header: 'header failure',
  no_match: 'no match',
  mac: 'HMAC failure',
  payload: 'payload failure',
} as const

function parse(name: string, bytes: Uint8Array): Vector {
  const raw = Buffer.from(bytes)
  const split = raw.indexOf('\n\n')
  const lines = raw.subarray(0, split).toString().split('\n')
  const fields = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  )
  const body = raw.subarray(split + 2)
  return { name, fields, file: fields.get('compressed') === 'zlib' ? inflateSync(body) : body }
}

/** Why a vector is about something Listenback does not do, or undefined when it applies. */
function foreignFeature({ fields }: Vector): 'armor' | 'scrypt' | 'hybrid' | undefined {
  if (fields.get('armored') === 'yes') return 'armor'
  if (fields.has('passphrase')) return 'scrypt'
  return fields.get('identity')?.startsWith('AGE-SECRET-KEY-PQ-') ? 'hybrid' : undefined
}

function run(vector: Vector, pieceBytes: number): { outcome: string; released: string } {
  const identity = vector.fields.get('identity')
  const hash = createHash('sha256')
  const opener = new AgeFileOpener(identity ? [decodeIdentity(identity)] : [], (plain) => hash.update(plain))
  try {
    for (let at = 0; at < vector.file.length; at += pieceBytes) {
      opener.push(vector.file.subarray(at, at + pieceBytes))
    }
    opener.end()
    return { outcome: 'success', released: hash.digest('hex') }
  } catch (error) {
    if (!(error instanceof AgeError)) throw error
    return { outcome: OUTCOMES[error.kind], released: hash.digest('hex') }
  }
}

const all = Object.entries(vectors as unknown as Record<string, Uint8Array>)
  .filter(([name]) => name !== 'default' && name !== 'module.exports')
  .map(([name, bytes]) => parse(name, bytes))
const applicable = all.filter((vector) => foreignFeature(vector) === undefined)

describe('the C2SP age test vectors', () => {
  it('apply but for armour, passphrases and post-quantum recipients, which we do not write', () => {
    const counts = Object.groupBy(all, (vector) => foreignFeature(vector) ?? 'ours')
    expect(
      Object.fromEntries(Object.entries(counts).map(([feature, list]) => [feature, list.length])),
    ).toEqual({
      ours: 67,
      armor: 33,
      scrypt: 25,
      hybrid: 18,
    })
  })

  it.each(applicable.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    for (const pieceBytes of [vector.file.length, 4093]) {
      const { outcome, released } = run(vector, pieceBytes)
      expect(outcome).toBe(vector.fields.get('expect'))
      const payload = vector.fields.get('payload')
      if (payload !== undefined) expect(released).toBe(payload)
    }
  })
})
