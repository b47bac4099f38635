import type { Item } from './contract.ts'

/** Questions that got the same answer, together and in their order: a member with many calls reads it once. */
export function alike(items: readonly Item[]): readonly Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = JSON.stringify([
      item.state,
      item.answer,
      item.refusal?.refusedUntil ?? null,
      item.executedAt?.slice(0, 10) ?? null,
    ])
    const group = groups.get(key) ?? []
    group.push(item)
    groups.set(key, group)
  }
  return [...groups.values()]
}
