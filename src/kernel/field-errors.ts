import type { z } from 'zod'
import type { FieldError } from './problem.ts'

/** zod issues as fields named the way the caller wrote them: `silence[0].toSeconds`. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = fieldPath(issue.path)
    if (issue.code !== 'unrecognized_keys') return [{ field: path || 'body', message: issue.message }]
    return issue.keys.map((key) => ({ field: fieldPath([...issue.path, key]), message: 'unknown field' }))
  })
}

/** Where a value stands in what the caller sent: `silence[0].toSeconds`. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  )
