import { Problem, type ProblemCode } from '../kernel/problem.ts'

const SIZE_LIMITS = new Set(['LIMIT_FILE_SIZE', 'LIMIT_FIELD_VALUE'])
/** How the parser and the connection say that the body stopped before the form did. */
const CUT_SHORT =
  /^(Unexpected end of (form|file)|Request (aborted|closed|error)|aborted|Premature close)|ECONNRESET/

/** An error of multer, busboy or the connection in our own terms. */
export function uploadProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  return new Problem(codeFor(String(code ?? ''), String(message ?? '')), { cause: error })
}

function codeFor(code: string, message: string): ProblemCode {
  if (SIZE_LIMITS.has(code)) return 'too_large'
  return CUT_SHORT.test(message) || CUT_SHORT.test(code) ? 'incomplete_upload' : 'invalid_request'
}
