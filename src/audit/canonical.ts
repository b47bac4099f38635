/** What JSON can say. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/**
 * The one text of a JSON value (JCS, RFC 8785): members sorted by UTF-16 units, no white space, numbers and
 * strings as ECMAScript writes them. Throws TypeError for what JCS has no text for: a number that is not
 * finite, or half of a surrogate pair.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object')
    return ofObject(value as { [name: string]: Json | undefined })
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('no number of JSON')
  return typeof value === 'string' ? ofText(value) : JSON.stringify(value)
}

function ofObject(value: { readonly [name: string]: Json | undefined }): string {
  const members = Object.keys(value)
    .sort((one, other) => (one < other ? -1 : 1))
    .flatMap((name) => {
      const member = value[name]
      return member === undefined ? [] : [`${ofText(name)}:${canonical(member)}`]
    })
  return `{${members.join(',')}}`
}

function ofText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('half of a surrogate pair')
  return JSON.stringify(text)
}
