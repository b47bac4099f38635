import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'
import type { z } from 'zod'
import { fieldErrors } from '../kernel/field-errors.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { formBody, jsonBody } from './json-body.ts'
import { unstorableText } from './unstorable-text.ts'

export interface ResponseSpec {
  readonly description: string
  /** Media type to schema; a string schema stands for bytes. */
  readonly content?: Readonly<Record<string, z.ZodType | 'binary'>>
  readonly headers?: Readonly<Record<string, string>>
}

type Shape = z.ZodObject | undefined
type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

export interface EndpointInput<P, Q, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly body: Parsed<B>
  readonly req: Request
  readonly res: Response
}

/**
 * One route and its documentation, written once: `mountEndpoints` serves it and the OpenAPI
 * document is generated from it, so that neither can know a route the other does not.
 */
export interface Endpoint<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** OpenAPI style, with the version prefix: `/v1/recordings/{id}`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  /** Served without a credential; everything else needs one. */
  readonly public?: boolean
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** The body may also come as a form sends it: for downloads, which a page cannot ask for with a script. */
  readonly orForm?: boolean
  /** What a body that does not fit is answered with; `invalid_request` unless said otherwise. */
  readonly bodyProblem?: ProblemCode
  /** Documented body that the handler reads itself (uploads): media type to schema. */
  readonly streamedBody?: Readonly<Record<string, z.ZodType>>
  readonly responses: Readonly<Record<number, ResponseSpec>>
  readonly problems?: readonly ProblemCode[]
  /** GET endpoints that also document HEAD (Express answers HEAD with the GET handler). */
  readonly head?: boolean
  handle(input: EndpointInput<P, Q, B>): Promise<void> | void
}

/** Keeps the schema types of one endpoint while it is stored in a list of many. */
export const endpoint = <
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: Endpoint<P, Q, B>,
): Endpoint => spec as unknown as Endpoint

/** Mounts the endpoints; another method on one of their paths answers 405 with what is allowed (RFC 9110, 15.5.6). */
export function mountEndpoints(router: Router, endpoints: readonly Endpoint[]): void {
  const methods = new Map<string, string[]>()
  for (const spec of endpoints) {
    const reading = spec.body ? [jsonBody, ...(spec.orForm ? [formBody] : [])] : []
    router[spec.method](expressPath(spec.path), ...reading, validated(spec))
    const allowed = methods.get(spec.path) ?? []
    methods.set(spec.path, [
      ...allowed,
      ...(spec.method === 'get' ? ['GET', 'HEAD'] : [spec.method.toUpperCase()]),
    ])
  }
  for (const [path, allowed] of methods) router.all(expressPath(path), methodNotAllowed(allowed))
}

const methodNotAllowed =
  (allowed: readonly string[]): RequestHandler =>
  (_req, res) => {
    res.setHeader('Allow', allowed.join(', '))
    throw new Problem('method_not_allowed', { detail: `Use one of: ${allowed.join(', ')}.` })
  }

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

function validated(spec: Endpoint): RequestHandler {
  return async (req: Request, res: Response, _next: NextFunction) => {
    const params = parse(spec.params, req.params, 'not_found')
    const query = parse(spec.query, req.query, 'invalid_request')
    const body = parse(spec.body, req.body, spec.bodyProblem ?? 'invalid_request')
    await spec.handle({ params, query, body, req, res } as EndpointInput<Shape, Shape, undefined>)
  }
}

/** A malformed id is answered like an unknown one: 404 tells nothing about what exists. */
function parse(schema: z.ZodType | undefined, value: unknown, code: ProblemCode): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value)
  const errors = [...(result.success ? [] : fieldErrors(result.error)), ...unstorableText(value)]
  if (result.success && errors.length === 0) return result.data
  throw code === 'not_found' ? new Problem('not_found') : new Problem(code, { errors })
}
