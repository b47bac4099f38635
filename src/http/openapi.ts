import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { PROBLEMS, type ProblemCode, REFUSAL_REASONS } from '../kernel/problem.ts'
import type { Endpoint, ResponseSpec } from './endpoint.ts'

const ProblemSchema = z
  .object({
    type: z.string().meta({ example: 'urn:listenback:problem:not_found' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    reason: z
      .enum(REFUSAL_REASONS)
      .optional()
      .meta({ description: 'Which condition of listening was not met' }),
    detail: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457); `code` never changes its meaning.' })

/** The OpenAPI 3.1 document of exactly the endpoints that the app mounts. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): object {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Listenback',
      version,
      description:
        'Call recordings: deliver them, listen to your own, see why each one exists, and know that it goes away on time.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: 'listenback' },
      },
    },
    paths: pathsOf(endpoints),
  })
}

function pathsOf(endpoints: readonly Endpoint[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const spec of endpoints) {
    paths[spec.path] = {
      ...paths[spec.path],
      [spec.method]: operation(spec, spec.operationId),
      ...(spec.head ? { head: operation(spec, `${spec.operationId}Head`) } : {}),
    }
  }
  return paths as ZodOpenApiPathsObject
}

function operation(spec: Endpoint, operationId: string): ZodOpenApiOperationObject {
  const content = spec.streamedBody ?? bodyContent(spec)
  return {
    operationId,
    summary: spec.summary,
    ...(spec.description ? { description: spec.description } : {}),
    tags: [spec.tag],
    ...(spec.public ? { security: [] } : {}),
    requestParams: {
      ...(spec.params ? { path: spec.params } : {}),
      ...(spec.query ? { query: spec.query } : {}),
    },
    ...(content
      ? { requestBody: { required: true, content: mapValues(content, (schema) => ({ schema })) } }
      : {}),
    responses: {
      ...mapValues(spec.responses, response),
      ...problemResponses(spec),
    } as ZodOpenApiResponsesObject,
  }
}

const bodyContent = ({ body, orForm }: Endpoint) =>
  body && {
    'application/json': body,
    ...(orForm ? { 'application/x-www-form-urlencoded': body } : {}),
  }

const response = (spec: ResponseSpec) => ({
  description: spec.description,
  ...(spec.headers
    ? {
        headers: mapValues(spec.headers, (description) => ({
          description,
          schema: { type: 'string' as const },
        })),
      }
    : {}),
  ...(spec.content
    ? {
        content: mapValues(spec.content, (schema) => ({
          schema: schema === 'binary' ? { type: 'string' as const, format: 'binary' } : schema,
        })),
      }
    : {}),
})

/** Problems of one status share one response whose description names the codes. */
function problemResponses(spec: Endpoint): Record<string, object> {
  const codes = new Set<ProblemCode>([
    ...(spec.problems ?? []),
    ...(spec.public ? [] : (['unauthenticated'] as const)),
    'unavailable',
  ])
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes)
    byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  )
}

const mapValues = <T, R>(
  record: Readonly<Record<string | number, T>>,
  map: (value: T) => R,
): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as T)]))
