import { type Document, isCollection, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { isPeriod } from '../kernel/calendar.ts'

/** Events that start a retention clock. Only the end of the call is known when a recording arrives. */
export const TRIGGERS = [
  'call.ended',
  'policy.ended',
  'claim.closed',
  'case.closed',
  'application.rejected',
  'advice.given',
  /** The day after the last of the other purposes: for the archive only. */
  'archived',
] as const

/**
 * Circumstances in which another rule takes the place of the usual one: the purpose was added for a
 * case, or the application was reported as rejected, so that no policy will ever end.
 */
export const OCCASIONS = ['case', 'rejected'] as const
export type Occasion = (typeof OCCASIONS)[number]

export type Trigger = (typeof TRIGGERS)[number]

/** Names go into object tags and addresses, so they are kept to characters that mean nothing there. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, ".", "_" or "-"')
const period = z.string().refine(isPeriod, 'must be an ISO 8601 period of whole days, such as P6M or P7Y')
const oneOrMany = z.union([name, z.literal('*'), z.array(name).min(1)], {
  error: "must be a name, a list of names or '*'",
})

const trigger = z.enum(TRIGGERS, { error: `must be one of ${TRIGGERS.join(', ')}, or a list of them` })

const Purpose = z.strictObject({
  basis: z.enum(['consent', 'contract', 'legal_obligation', 'legitimate_interests']),
  dpv: z.string().optional(),
  /** Whether a recording may carry this purpose at all. */
  audio: z.boolean().default(true),
  /** Whether this is the purpose of recordings that a rule moves to the archive. */
  archive: z.boolean().default(false),
  nl: z.string().min(1),
  en: z.string().min(1),
})

const Rule = z.strictObject({
  id: name,
  version: z.int().min(1),
  purpose: name,
  product: oneOrMany.default('*'),
  sensitivity: oneOrMany.default('*'),
  when: z.enum(OCCASIONS).optional(),
  trigger: z
    .preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(trigger).min(1))
    .refine(
      (names) => names.length === 1 || !names.includes('call.ended'),
      'has call.ended, which stands alone',
    )
    .transform((names) => TRIGGERS.filter((one) => names.includes(one))),
  countFrom: z.enum(['event', 'year_end']).default('event'),
  period: period.optional(),
  minimum: period.optional(),
  maxOpen: period.default('P30Y'),
  disposition: z.enum(['delete', 'anonymise', 'archive']),
  review: z.boolean().default(false),
  ground: z.string().min(1),
  source: z.string().min(1),
})

const RulesFile = z.strictObject({
  format: z.literal(1),
  catalogue: z.strictObject({
    entities: z.array(name).min(1),
    products: z.array(name).min(1),
    sensitivities: z.array(name).default([]),
    purposes: z.record(name, Purpose),
    notices: z.record(z.string().min(1), z.array(name).min(1)),
    unlinked: period.default('P30D'),
  }),
  rules: z.array(Rule).min(1),
})

export type PurposeEntry = z.output<typeof Purpose>
export type RuleEntry = z.output<typeof Rule>
export type RulesFile = z.output<typeof RulesFile>

/** A rules file that cannot be used; `problems` has every mistake, each with its place in the file. */
export class RulesFileError extends Error {
  override readonly name = 'RulesFileError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the retention rules cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Reads the text of a rules file; `placeOf` turns a path into words for further findings. */
export function readRulesFile(yamlText: string): { file: RulesFile; placeOf: (path: Path) => string } {
  const lines = new LineCounter()
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new RulesFileError(
      document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`),
    )
  }
  const placeOf = (path: Path): string => describePlace(document, lines, path)
  const parsed = RulesFile.safeParse(document.toJS())
  if (parsed.success) return { file: parsed.data, placeOf }
  throw new RulesFileError(parsed.error.issues.map((issue) => `${placeOf(issue.path)}: ${issue.message}`))
}

type Path = readonly PropertyKey[]

/** `rules[3].period (line 71)`; the line is that of the nearest part that exists in the file. */
function describePlace(document: Document, lines: LineCounter, path: Path): string {
  const text = path.reduce<string>(
    (sofar, part) =>
      typeof part === 'number' ? `${sofar}[${part}]` : sofar ? `${sofar}.${String(part)}` : String(part),
    '',
  )
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: readonly number[] } | undefined
    const start = node?.range?.[0]
    if (start !== undefined) return `${text || 'file'} (line ${lines.linePos(start).line})`
    if (isCollection(node)) break
  }
  return text || 'file'
}
