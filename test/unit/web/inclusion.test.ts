import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Frontier, leafHash } from '../../../src/audit/merkle.ts'
import { inclusionProof } from '../../../src/audit/tree-proofs.ts'
import { isProven, readCheckpoint } from '../../../src/web/audit-log/inclusion.ts'

const entryOf = (n: number): string => JSON.stringify({ id: `event-${n}`, type: 'recording.viewed' })

/** A log of so many events, and what the service says to prove one of them. */
async function logOf(size: number, seq: number) {
  const edge = new Frontier()
  const nodes = new Map<string, Buffer>()
  for (let n = 0; n < size; n++) {
    const leaf = leafHash(Buffer.from(entryOf(n)))
    nodes.set(`0 ${n}`, leaf)
    edge.append(leaf, (level, index, hash) => nodes.set(`${level} ${index}`, hash))
  }
  const proof = await inclusionProof(async (level, index) => nodeAt(nodes, level, index), seq, size)
  return {
    ...{ seq, size, entry: entryOf(seq), leaf: leafHash(Buffer.from(entryOf(seq))).toString('base64') },
    proof: proof.map((hash) => hash.toString('base64')),
    checkpoint: `log.example\n${size}\n${edge.root().toString('base64')}\n\n— log.example c2ln\n`,
  }
}

function nodeAt(nodes: ReadonlyMap<string, Buffer>, level: number, index: number): Buffer {
  const hash = nodes.get(`${level} ${index}`)
  if (!hash) throw new Error(`there is no node ${level} ${index}`)
  return hash
}

const anyLog = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.record({ size: fc.constant(size), seq: fc.nat(size - 1) }))

describe('a proof of the audit log in the browser', () => {
  test('what the service proves holds, for every place in logs of every size', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async ({ size, seq }) => {
        expect(await isProven(`event-${seq}`, await logOf(size, seq))).toBe(true)
      }),
    )
  })

  test('another event, another text, another place or another root does not', async () => {
    const proven = await logOf(21, 13)
    const [origin, size, root, ...rest] = proven.checkpoint.split('\n')
    const otherRoot = (await logOf(22, 13)).checkpoint.split('\n')[2]
    const forged = [
      { ...proven, entry: proven.entry.replace('viewed', 'copied') },
      { ...proven, seq: 12 },
      { ...proven, seq: 21 },
      { ...proven, proof: proven.proof.slice(1) },
      { ...proven, proof: [...proven.proof, ...proven.proof] },
      { ...proven, proof: proven.proof.toReversed() },
      { ...proven, checkpoint: [origin, size, otherRoot, ...rest].join('\n') },
      { ...proven, checkpoint: [origin, '13', root, ...rest].join('\n') },
      { ...proven, checkpoint: 'nothing' },
    ]
    for (const inclusion of forged) expect(await isProven('event-13', inclusion)).toBe(false)
    expect(await isProven('event-12', proven)).toBe(false)
  })

  test('a checkpoint is read by its lines', () => {
    expect(readCheckpoint('log.example\n7\ncm9vdA==\n\n— log.example c2ln\n')).toEqual({
      ...{ origin: 'log.example', size: 7, root: 'cm9vdA==' },
    })
    expect(readCheckpoint('log.example\n07\ncm9vdA==\n')).toBeNull()
  })
})
