import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/audit/canonical.ts'
import {
  openCheckpoint,
  readVerifierKey,
  signCheckpoint,
  verifierKey,
} from '../../../src/audit/checkpoint.ts'
import { leafHash } from '../../../src/audit/merkle.ts'
import { makeSigner } from '../../../src/audit/sign.ts'

const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
const origin = 'listenback.example/audit'
const key = readVerifierKey(verifierKey(origin, signer.publicJwk))
const checkpoint = { origin, size: 12, root: leafHash(Buffer.from('x')), extensions: ['segment 0 256'] }

describe('a checkpoint', () => {
  it('has the form of a signed note, and opens to what was signed', () => {
    const note = signCheckpoint(checkpoint, signer)
    const lines = note.split('\n')
    expect(lines.slice(0, 3)).toEqual([origin, '12', checkpoint.root.toString('base64')])
    expect(lines.at(-2)).toMatch(/^— listenback\.example\/audit [A-Za-z0-9+/]{91}=$/)
    expect(openCheckpoint(note, key)).toEqual(checkpoint)
    expect(openCheckpoint(`${note}— another.witness AAAAAAAA\n`, key)).toEqual(checkpoint)
  })

  it('opens with the verifier key that the specification of signed notes shows', () => {
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    expect(readVerifierKey(vkey).origin).toBe('PeterNeumann')
    expect(() => readVerifierKey(vkey.replace('c74f20a3', 'c74f20a4'))).toThrow(TypeError)
    expect(() => readVerifierKey('nonsense')).toThrow(TypeError)
  })

  it('does not open after any single character of it was changed, or with another key or name', () => {
    const note = signCheckpoint(checkpoint, signer)
    fc.assert(
      fc.property(fc.nat(note.length - 2), fc.constantFrom('0', 'A', '\n', ' '), (at, character) => {
        if (note[at] === character) return
        const changed = note.slice(0, at) + character + note.slice(at + 1)
        // The four bits at the end of base64 of 68 bytes say nothing; everything else counts.
        const isIdle = at === note.length - 3
        if (!isIdle) expect(() => openCheckpoint(changed, key)).toThrow(TypeError)
      }),
      { numRuns: 2000 },
    )
    const other = makeSigner(generateKeyPairSync('ed25519').privateKey)
    expect(() => openCheckpoint(note, readVerifierKey(verifierKey(origin, other.publicJwk)))).toThrow(
      'not signed',
    )
    expect(() => openCheckpoint(note, readVerifierKey(verifierKey('other', signer.publicJwk)))).toThrow(
      'other',
    )
  })
})

describe('the canonical text of JSON', () => {
  it('is that of the example in RFC 8785, 3.2.2', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonical(value)).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    )
  })

  it('sorts by UTF-16 units, as in RFC 8785, 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const value = Object.fromEntries(names.map((name) => [name, 0]))
    expect(Object.keys(JSON.parse(canonical(value)) as object).filter((name) => name !== '1')).toEqual([
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ])
  })

  it('is the same whatever the order of members, and means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonical(value as never)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonical(JSON.parse(text))).toBe(text)
      }),
    )
  })

  it('refuses what has no text', () => {
    expect(() => canonical(Number.NaN)).toThrow(TypeError)
    expect(() => canonical({ '\ud800': 1 })).toThrow(TypeError)
  })
})
