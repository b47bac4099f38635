import { z } from 'zod'
import { lapseOf } from '../access/four-eyes.ts'
import { type RuleBook, type StandingBook, shortensFrom } from './rule-book.ts'
import type { Rule, RuleSet } from './rules.ts'
import { OCCASIONS, TRIGGERS } from './rules-file.ts'

const Instant = z.iso.datetime({ offset: true })
const Names = z.union([z.string(), z.array(z.string())])

export const RuleSchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    purpose: z.string(),
    legalBasis: z.string(),
    product: Names.meta({ description: "One, several, or '*' for all" }),
    sensitivity: Names.meta({ description: "One, several, or '*' for all" }),
    when: z
      .enum(OCCASIONS)
      .nullable()
      .meta({ description: 'The occasion on which it replaces the usual rule' }),
    triggers: z.array(z.enum(TRIGGERS)).meta({ description: 'The latest of these starts the period' }),
    countFrom: z.enum(['event', 'year_end']),
    period: z.string(),
    minimum: z.string().nullable(),
    maxOpen: z.string(),
    disposition: z.enum(['delete', 'anonymise', 'archive']),
    review: z.boolean(),
    ground: z.string(),
    source: z.string(),
  })
  .meta({ id: 'RetentionRule' })

const summary = {
  version: z.int(),
  state: z.enum(['draft', 'lapsed', 'approved', 'rejected']),
  draftedBy: z.string(),
  draftedAt: Instant,
  approveBefore: Instant.nullable().meta({ description: 'When a draft lapses; null for what is none' }),
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  effectiveFrom: z.iso
    .date()
    .meta({ description: 'First day in Amsterdam on which new recordings follow it' }),
  shortensFrom: z.iso
    .date()
    .meta({ description: 'First day on which a shorter period reaches recordings that exist already' }),
  lengtheningGround: z.string().nullable(),
  appliedAt: Instant.nullable(),
  sha256: z.string(),
}

export const RuleBookSummarySchema = z.strictObject(summary).meta({ id: 'RuleBookSummary' })

export const RuleBookSchema = z
  .strictObject({
    ...summary,
    document: z.string().meta({ description: 'The rules as they were written, YAML' }),
    rules: z.array(RuleSchema),
  })
  .meta({ id: 'RuleBook' })

export const RuleBookListSchema = z
  .strictObject({
    current: z.int().meta({ description: 'The version that decides today' }),
    unlinked: z.string().meta({ description: 'How long a recording without a member may wait to be linked' }),
    rules: z.array(RuleSchema).meta({ description: 'The rules that decide today' }),
    versions: z.array(RuleBookSummarySchema).meta({ description: 'The newest first' }),
  })
  .meta({ id: 'RuleBookList' })

export const presentSummary = (book: StandingBook): z.input<typeof RuleBookSummarySchema> => ({
  version: book.version,
  state: book.state,
  draftedBy: book.draftedBy,
  draftedAt: book.draftedAt.toISOString(),
  approveBefore: book.state === 'draft' ? lapseOf(book.draftedAt).toISOString() : null,
  decidedBy: book.decidedBy,
  decidedAt: book.decidedAt?.toISOString() ?? null,
  effectiveFrom: book.effectiveFrom,
  shortensFrom: shortensFrom(book),
  lengtheningGround: book.lengtheningGround,
  appliedAt: book.appliedAt?.toISOString() ?? null,
  sha256: book.sha256,
})

export const presentBook = (book: StandingBook, { rules }: RuleSet): z.input<typeof RuleBookSchema> => ({
  ...presentSummary(book),
  document: book.document,
  rules: rules.map(presentRule),
})

export const presentBooks = (
  current: RuleBook,
  { rules, unlinkedFor }: RuleSet,
  all: readonly StandingBook[],
): z.input<typeof RuleBookListSchema> => ({
  current: current.version,
  unlinked: unlinkedFor,
  rules: rules.map(presentRule),
  versions: all.toReversed().map(presentSummary),
})

const presentRule = (rule: Rule): z.input<typeof RuleSchema> => ({
  id: rule.id,
  version: rule.version,
  purpose: rule.purpose,
  legalBasis: rule.basis,
  product: rule.product,
  sensitivity: rule.sensitivity,
  when: rule.when ?? null,
  triggers: [...rule.triggers],
  countFrom: rule.countFrom,
  period: rule.period,
  minimum: rule.minimum ?? null,
  maxOpen: rule.maxOpen,
  disposition: rule.disposition,
  review: rule.review,
  ground: rule.ground,
  source: rule.source,
})
