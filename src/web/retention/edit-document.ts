import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'

/** A rule of the document that cannot be found or changed in a simple way. */
export class CannotEdit extends Error {
  override readonly name = 'CannotEdit'
}

/**
 * Pure: the document with another period for one rule, and the rule's next version, which every change needs.
 * Everything else stays as it was written, comments and all. Throws CannotEdit.
 */
export function withPeriod(document: string, ruleId: string, period: string): string {
  const rule = ruleIn(document, ruleId)
  const edits = [
    { range: rangeOf(rule, 'period'), text: period },
    { range: rangeOf(rule, 'version'), text: String(Number(rule.get('version')) + 1) },
  ].sort((a, b) => b.range[0] - a.range[0])
  // From the end to the beginning, so that no edit moves the place of the next.
  return edits.reduce(
    (text, { range: [from, to], text: by }) => text.slice(0, from) + by + text.slice(to),
    document,
  )
}

function ruleIn(document: string, ruleId: string): YAMLMap {
  const rules = parseDocument(document).get('rules')
  const found = isSeq(rules) && rules.items.find((item) => isMap(item) && item.get('id') === ruleId)
  if (isMap(found)) return found
  throw new CannotEdit(`the document has no rule ${ruleId}`)
}

function rangeOf(rule: YAMLMap, field: string): readonly [number, number] {
  const node = rule.get(field, true)
  if (isScalar(node) && node.range) return [node.range[0], node.range[1]]
  throw new CannotEdit(`the rule has no ${field} of its own`)
}
