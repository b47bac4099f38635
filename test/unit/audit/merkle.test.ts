import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Frontier, isConsistent, isIncluded, leafHash } from '../../../src/audit/merkle.ts'
import { consistencyProof, edgeAt, inclusionProof, rootAt } from '../../../src/audit/tree-proofs.ts'

/** RFC 6962, 2.1, word for word: the oracle that shares no code with what it judges. */
const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const split = (n: number) => 2 ** Math.floor(Math.log2(n - 1))
function mth(entries: readonly Buffer[]): Buffer {
  if (entries.length === 0) return sha()
  if (entries.length === 1) return sha(Buffer.from([0]), entries[0] as Buffer)
  const k = split(entries.length)
  return sha(Buffer.from([1]), mth(entries.slice(0, k)), mth(entries.slice(k)))
}
function path(m: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length <= 1) return []
  const k = split(entries.length)
  return m < k
    ? [...path(m, entries.slice(0, k)), mth(entries.slice(k))]
    : [...path(m - k, entries.slice(k)), mth(entries.slice(0, k))]
}
function subproof(m: number, entries: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === entries.length) return whole ? [] : [mth(entries)]
  const k = split(entries.length)
  return m <= k
    ? [...subproof(m, entries.slice(0, k), whole), mth(entries.slice(k))]
    : [...subproof(m - k, entries.slice(k), false), mth(entries.slice(0, k))]
}

const entriesOf = (count: number, seed = '') =>
  Array.from({ length: count }, (_, n) => Buffer.from(`${seed}entry ${n}`))
const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'))
const reader = (entries: readonly Buffer[]) => (level: number, index: number) =>
  Promise.resolve(mth(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)))
function frontierOf(entries: readonly Buffer[]): Frontier {
  const frontier = new Frontier()
  for (const entry of entries) frontier.append(leafHash(entry))
  return frontier
}

describe('the tree', () => {
  it('has the roots of the vectors that Certificate Transparency tests with', () => {
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ]
    const frontier = new Frontier()
    const roots = inputs.map((input) => {
      frontier.append(leafHash(Buffer.from(input, 'hex')))
      return frontier.root().toString('hex')
    })
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ])
  })

  it('grows to the root that the definition gives, from any edge it is broken off at', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (first, more) => {
        const entries = entriesOf(first + more)
        const before = frontierOf(entries.slice(0, first))
        const after = new Frontier(before.size, before.hashes)
        const nodes: [number, number, Buffer][] = []
        for (const entry of entries.slice(first))
          after.append(leafHash(entry), (level, index, hash) => nodes.push([level, index, hash]))
        expect(after.root()).toEqual(mth(entries))
        for (const [level, index, hash] of nodes)
          expect(hash).toEqual(mth(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)))
      }),
      { numRuns: 60 },
    )
    expect(() => new Frontier(3, [])).toThrow(TypeError)
  })

  it('proves that an entry is in it with the path of the definition, and proves nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(), async (size, at, other) => {
        const entries = entriesOf(size)
        const index = at % size
        const proof = await inclusionProof(reader(entries), index, size)
        expect(hex(proof)).toEqual(hex(path(index, entries)))
        const claim = { leaf: leafHash(entries[index] as Buffer), index, size, root: mth(entries) }
        expect(isIncluded(claim, proof)).toBe(true)
        expect(isIncluded({ ...claim, leaf: leafHash(Buffer.from('another')) }, proof)).toBe(false)
        if (other % size !== index) expect(isIncluded({ ...claim, index: other % size }, proof)).toBe(false)
        expect(isIncluded(claim, [...proof, claim.leaf])).toBe(false)
        if (proof.length > 0) expect(isIncluded(claim, proof.slice(1))).toBe(false)
        expect(isIncluded({ ...claim, index: size }, proof)).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('proves that it goes on from what it was, and not from another history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(130), fc.nat(130), async (first, more) => {
        const entries = entriesOf(first + more)
        const proof = await consistencyProof(reader(entries), first, entries.length)
        if (first > 0) expect(hex(proof)).toEqual(hex(subproof(first, entries, true)))
        const from = { size: first, root: mth(entries.slice(0, first)) }
        const to = { size: entries.length, root: mth(entries) }
        expect(isConsistent(from, to, proof)).toBe(true)
        if (first > 0) {
          const forked = { size: first, root: mth(entriesOf(first, 'forked ')) }
          expect(isConsistent(forked, to, proof)).toBe(false)
          expect(isConsistent(from, { ...to, root: mth(entriesOf(entries.length, 'x')) }, proof)).toBe(false)
          expect(isConsistent(from, to, [...proof, to.root])).toBe(false)
        }
        if (more > 0) expect(isConsistent(to, from, proof)).toBe(false)
        expect(await rootAt(reader(entries), first)).toEqual(from.root)
        const edge = await edgeAt(reader(entries), first)
        expect(new Frontier(first, edge).root()).toEqual(from.root)
      }),
      { numRuns: 150 },
    )
  })
})
