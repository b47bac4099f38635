import { fieldPath } from '../kernel/field-errors.ts'
import type { FieldError } from '../kernel/problem.ts'

interface Place {
  readonly value: unknown
  readonly key: PropertyKey
  readonly inside: Place | undefined
}

/**
 * Every text anywhere in what a caller sent that PostgreSQL could not keep: with the character NUL, or with half
 * of a surrogate pair (which `jsonb` refuses). Names of fields count too. Not recursive, because the sender
 * chooses the depth.
 */
export function unstorableText(sent: unknown): FieldError[] {
  const found: Place[] = []
  const waiting: Place[] = [{ value: sent, key: '', inside: undefined }]
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const parts = partsOf(place)
    waiting.push(...parts)
    if (!isStorable(place.value) || parts.some(({ key }) => !isStorable(key))) found.push(place)
  }
  return found
    .reverse()
    .map((place) => ({ field: nameOf(place), message: 'has a character that is not text' }))
}

function partsOf(inside: Place): Place[] {
  const { value } = inside
  if (typeof value !== 'object' || value === null) return []
  const isList = Array.isArray(value)
  return Object.entries(value).map(([key, part]) => ({
    value: part,
    key: isList ? Number(key) : key,
    inside,
  }))
}

const isStorable = (part: unknown): boolean =>
  typeof part !== 'string' || (!part.includes('\0') && part.isWellFormed())

function nameOf(place: Place): string {
  const path: PropertyKey[] = []
  for (let at: Place | undefined = place; at?.inside; at = at.inside) path.unshift(at.key)
  return fieldPath(path) || 'body'
}
