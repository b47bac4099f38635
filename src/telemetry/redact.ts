const SECRET_NAMES =
  /authorization|cookie|secret|password|token|member_?ref|agent_?ref|display_?name|phone|email|call_?id|links?$/i
const MAX_TEXT = 2000
const MAX_DEPTH = 6

/** Values that give themselves away whatever their field is called. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[jwt]'],
  [/AGE-SECRET-KEY-1[0-9A-Z]+/gi, '[key]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\b([a-z][a-z+]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, '$1[redacted]@'],
  [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, '[mail]'],
  [/(?<![\w-])(?:\+|00)\d[\d ]{7,14}\d\b/g, '[phone]'],
  [/(?<![\w-])0\d[\d -]{7,11}\d(?![\w-])/g, '[phone]'],
]

/** A copy of a log record without secrets and personal data; errors become name, message, code, stack and cause. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (value === null || typeof value !== 'object') return value
  if (depth >= MAX_DEPTH) return '[deep]'
  if (value instanceof Error) return redactError(value, depth)
  if (value instanceof Date) return value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return redactFields(value, depth)
}

function redactFields(value: object, depth: number): object {
  const copy: Record<PropertyKey, unknown> = {}
  // Symbol keys carry winston's own level and must survive the copy.
  for (const key of Reflect.ownKeys(value)) {
    const field = (value as Record<PropertyKey, unknown>)[key]
    const secret = typeof key === 'string' && SECRET_NAMES.test(key) && field !== null && field !== undefined
    copy[key] = secret ? '[redacted]' : redact(field, depth + 1)
  }
  return copy
}

function redactError(error: Error, depth: number): object {
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code: redact(code, depth + 1) }),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  }
}

function redactText(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  return PATTERNS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), short)
}
