import { addPeriod, dayOf } from '../kernel/calendar.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { endsOf } from '../recordings/ends.ts'
import type { CallMetadata, DeriveRetention } from '../recordings/model.ts'
import { makeTag } from './derive-tag.ts'
import type { Rule, RuleSet } from './rules.ts'

/**
 * Makes the port through which ingest learns the tags and dates of a new recording. Pure: the same
 * call, rules and moment always give the same answer. Problems as described at `DeriveRetention`.
 */
export function makeDeriveRetention(rules: (now: Date) => RuleSet): DeriveRetention {
  return function deriveRetention(call, now) {
    const current = rules(now)
    refuseUnknown(current, call)
    refuseUnannounced(current, call)
    const ended = dayOf(call.endedAt ?? call.startedAt)
    const subject = { product: call.product, ended, links: call.links }
    const tags = call.purposes.map((purpose) => makeTag(ruleOf(current, call, purpose), subject, now))
    const linkBy = call.memberRef === null ? addPeriod(dayOf(now), current.unlinkedFor) : null
    const { keepUntil, dueAt, kept } = endsOf(tags, now, linkBy)
    if (!kept)
      throw new Problem('nothing_to_keep', {
        detail: `The last of its purposes ended on ${keepUntil ?? ended}.`,
      })
    return { tags, keepUntil, dueAt, linkBy }
  }
}

function refuseUnknown(rules: RuleSet, call: CallMetadata): void {
  const errors: FieldError[] = []
  const expect = (known: boolean, field: string, message: string) => {
    if (!known) errors.push({ field, message })
  }
  expect(rules.entities.has(call.entity), 'entity', 'is not an entity of the catalogue')
  expect(rules.products.has(call.product), 'product', 'is not a product of the catalogue')
  expect(rules.notices.has(call.noticeVersion), 'noticeVersion', 'is not a notice of the catalogue')
  expect(call.purposes.length > 0, 'purposes', 'names no purpose; without one nothing may be kept')
  call.purposes.forEach((purpose, i) => {
    const entry = rules.purposes.get(purpose)
    expect(entry !== undefined, `purposes[${i}]`, 'is not a purpose of the catalogue')
    expect(entry?.audio !== false, `purposes[${i}]`, 'is a purpose for which audio may not be kept')
    expect(call.purposes.indexOf(purpose) === i, `purposes[${i}]`, 'is named twice')
  })
  call.sensitivity.forEach((label, i) => {
    expect(rules.sensitivities.has(label), `sensitivity[${i}]`, 'is not a sensitivity of the catalogue')
  })
  if (errors.length > 0) throw new Problem('invalid_metadata', { errors })
}

function refuseUnannounced(rules: RuleSet, call: CallMetadata): void {
  const announced = rules.notices.get(call.noticeVersion) ?? []
  const errors = call.purposes.flatMap((purpose, i) =>
    announced.includes(purpose)
      ? []
      : [{ field: `purposes[${i}]`, message: 'was not announced to the caller' }],
  )
  if (errors.length > 0) throw new Problem('purpose_not_announced', { errors })
}

function ruleOf(rules: RuleSet, call: CallMetadata, purpose: string): Rule {
  const rule = rules.ruleFor(purpose, call.product, call.sensitivity)
  if (rule) return rule
  throw new Problem('no_rule', {
    detail: `No rule says how long ${purpose} keeps calls about ${call.product}.`,
  })
}
