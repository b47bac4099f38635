import fc from 'fast-check'

/** The parts of JSON Schema that our document uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly format?: string
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema?: Schema
}

export interface Operation {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

export interface MadeUpRequest {
  readonly method: string
  readonly path: string
  readonly body?: string
}

const DEEPEST = 6
/** Above this a body says nothing about the schema, only about how deep a reader can go. */
const NESTED = `{"reason":${'['.repeat(30_000)}${']'.repeat(30_000)}}`

const HOSTILE = [
  ...[
    '',
    '\0',
    'a\0b',
    '\ud800',
    'ab\udfff',
    'x'.repeat(5000),
    '😀'.repeat(300),
    '\u202e',
    '\t\n',
    "' or 1=1--",
  ],
  ...['-1', '0', '1e309', 'NaN', 'null', '../../etc', '%00', '99999999999999999999', '9223372036854775808'],
  ...[
    '2026-02-30',
    '9999-12-31T23:59:59Z',
    '0001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '-000001-01-01',
  ],
]
const PLAUSIBLE = [
  ...[
    'M-1',
    'A-1',
    'hmbs',
    'C-1',
    'een reden',
    '2026-01',
    'training_coaching',
    'fraud_prevention',
    'disability',
  ],
  ...['1', 'P6M', 'NL', 'somebody@nobody.invalid', 'https://nobody.invalid/x'],
]

/**
 * Requests to one operation that lie near what its schema allows and far beyond, with ids that exist among
 * those that do not.
 */
export function madeUpRequests(
  api: ApiDocument,
  { path, method, ids }: { path: string; method: string; ids: readonly string[] },
): fc.Arbitrary<MadeUpRequest> {
  const operation = api.paths[path]?.[method]
  const valueLike = valuesFor(api, ids)
  const parameters = operation?.parameters ?? []
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const body = operation?.requestBody?.content['application/json']
  return fc
    .record({
      path: fc.tuple(
        ...inPath.map(() => fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, hostile, plausible)),
      ),
      query: fc.tuple(...inQuery.map(({ schema = {} }) => fc.option(valueLike(schema)))),
      body: body
        ? fc.oneof({ weight: 30, arbitrary: valueLike(body.schema ?? {}).map(json) }, fc.constant(NESTED))
        : fc.constant(undefined),
    })
    .map((made) => {
      const filled = inPath.reduce(
        (text, { name }, i) => text.replace(`{${name}}`, encodeURIComponent(wellFormed(made.path[i]) || 'x')),
        path,
      )
      const query = inQuery.flatMap(({ name }, i) => {
        const value = made.query[i]
        return value === null ? [] : [`${name}=${encodeURIComponent(wellFormed(value))}`]
      })
      return {
        method: method.toUpperCase(),
        path: query.length > 0 ? `${filled}?${query.join('&')}` : filled,
        ...(made.body === undefined ? {} : { body: made.body }),
      }
    })
}

const hostile: fc.Arbitrary<unknown> = fc.constantFrom(...HOSTILE)
const plausible: fc.Arbitrary<unknown> = fc.constantFrom(...PLAUSIBLE)
const strange: fc.Arbitrary<unknown> = fc.constantFrom(null, true, -1, 2 ** 53, 1.5, [], {}, [null], { a: 1 })
const number: fc.Arbitrary<unknown> = fc.constantFrom(0, 1, 2, 100, -1, 2.5, 2 ** 31, 2 ** 53, 1e308)
const time = fc.constantFrom(...['2026-11-30T10:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00'])
const date = fc.constantFrom('2026-12-01', '2027-06-01', '0001-01-01', '9999-12-31')

const plain: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  integer: number,
  number,
  boolean: fc.boolean(),
  null: fc.constant(null),
}

const typesOf = ({ type = 'string' }: Schema): readonly string[] => [type].flat()

const json = (value: unknown): string => JSON.stringify(value)
/** Half of a surrogate pair cannot be written in an address. */
const wellFormed = (value: unknown): string => String(value).toWellFormed()

function valuesFor(api: ApiDocument, ids: readonly string[]) {
  const id: fc.Arbitrary<unknown> = fc.constantFrom(...ids)

  const valueLike = (schema: Schema, depth = 0): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 9, arbitrary: fitting(schema, depth) },
      { weight: 1, arbitrary: fc.oneof(hostile, strange) },
    )

  function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (depth > DEEPEST) return strange
    if ('const' in schema) return fc.constant(schema.const)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    return (
      composed(schema, depth + 1) ?? fc.oneof(...typesOf(schema).map((type) => ofType(type, schema, depth)))
    )
  }

  function composed(schema: Schema, depth: number): fc.Arbitrary<unknown> | undefined {
    const options = schema.oneOf ?? schema.anyOf
    if (schema.$ref) return fitting(referred(schema.$ref), depth)
    if (options) return fc.oneof(...options.map((option) => valueLike(option, depth)))
    return schema.allOf && fc.tuple(...schema.allOf.map((part) => valueLike(part, depth))).map(merged)
  }

  const referred = (ref: string): Schema => api.components?.schemas?.[ref.split('/').at(-1) ?? ''] ?? {}

  function ofType(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (type === 'object') return objectOf(schema, depth)
    if (type === 'array') return fc.array(valueLike(schema.items ?? {}, depth + 1), { maxLength: 3 })
    if (type === 'string') return byFormat[schema.format ?? ''] ?? fc.oneof(plausible, hostile, id)
    return plain[type] ?? strange
  }

  const byFormat: Readonly<Record<string, fc.Arbitrary<unknown>>> = { uuid: id, date, 'date-time': time }

  function objectOf({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> {
    const parts = Object.entries(properties).map(
      ([name, part]) => [name, valueLike(part, depth + 1)] as const,
    )
    return fc.record(Object.fromEntries(parts), {
      requiredKeys: [...required].filter((name) => name in properties),
    })
  }
  return valueLike
}

const merged = (parts: readonly unknown[]): unknown =>
  Object.assign({}, ...parts.filter((part) => typeof part === 'object' && part !== null))
