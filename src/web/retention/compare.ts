import type { Rule } from './contract.ts'

/** What one version of the rules does to one rule of another. */
export type RuleChange =
  | { readonly kind: 'added' | 'removed'; readonly rule: Rule }
  | {
      readonly kind: 'changed'
      readonly rule: Rule
      readonly before: Rule
      readonly fields: readonly RuleField[]
    }

const FIELDS = [
  'purpose',
  'legalBasis',
  'product',
  'sensitivity',
  'when',
  'triggers',
  'countFrom',
  'period',
  'minimum',
  'disposition',
  'review',
  'ground',
  'source',
] as const satisfies readonly (keyof Rule)[]
export type RuleField = (typeof FIELDS)[number]

/** Pure: the changes from one set of rules to another, by rule id, in the order of the newer one. */
export function changesBetween(before: readonly Rule[], after: readonly Rule[]): readonly RuleChange[] {
  const earlier = new Map(before.map((rule) => [rule.id, rule]))
  const present = new Set(after.map(({ id }) => id))
  const touched = after.flatMap((rule): RuleChange[] => {
    const old = earlier.get(rule.id)
    if (!old) return [{ kind: 'added', rule }]
    const fields = FIELDS.filter((field) => String(old[field]) !== String(rule[field]))
    return fields.length === 0 ? [] : [{ kind: 'changed', rule, before: old, fields }]
  })
  const gone = before.filter(({ id }) => !present.has(id))
  return [...touched, ...gone.map((rule): RuleChange => ({ kind: 'removed', rule }))]
}
