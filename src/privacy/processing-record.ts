import { listenersFor } from '../access/listeners.ts'
import type { LegalBasis } from '../recordings/model.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { periodWords, type Sentence, triggerWords } from '../retention/explain-words.ts'
import type { Rule, RuleSet } from '../retention/rules.ts'
import { OCCASIONS } from '../retention/rules-file.ts'
import { SECURITY_MEASURES, type SecurityMeasure } from './security-measures.ts'
import type { SupplierRow } from './supplier-queries.ts'

/** The record of processing activities (Art. 30(1) GDPR), built from what the service really does. */
export interface ProcessingRecord {
  readonly controllers: readonly string[]
  readonly contact: string
  readonly activities: readonly Activity[]
  /** Who works for the organisation, by name (Art. 30(1)(d)). */
  readonly suppliers: readonly Supplier[]
  readonly disclosed: readonly Disclosed[]
  readonly dataSubjects: Sentence
  readonly categories: readonly Category[]
  readonly transfers: Sentence
  readonly measures: readonly SecurityMeasure[]
}

/** Everything that is done for one purpose. */
interface Activity {
  readonly purpose: string
  readonly words: Sentence
  readonly purposeIri: string | null
  readonly legalBasis: LegalBasis
  readonly legalBasisIri: string
  /** Roles inside that may listen for it. */
  readonly listeners: readonly string[]
  readonly suppliers: readonly string[]
  readonly retention: readonly Retention[]
}

/** How long, about which products: the rule that decides there. */
interface Retention {
  readonly products: readonly string[]
  readonly sensitivity: readonly string[] | null
  readonly rule: string
  readonly words: Sentence
  readonly disposition: Rule['disposition']
  readonly ground: string
  readonly source: string
}

interface Supplier {
  readonly name: string
  readonly country: string
  readonly type: SupplierRow['type']
  readonly agreementRef: string
  readonly validUntil: string
  readonly purposes: readonly string[]
}

/** What was given to others so far. */
export interface Disclosed {
  readonly recipientType: string
  readonly country: string
  readonly recordings: number
}

interface Category {
  readonly name: string
  readonly words: Sentence
}

export interface RecordFacts {
  readonly entities: readonly string[]
  readonly contact: string
  readonly rules: RuleSet
  /** Those whose agreement is in force. */
  readonly suppliers: readonly SupplierRow[]
  readonly disclosed: readonly Disclosed[]
}

const DPV = 'https://w3id.org/dpv#'
const GDPR = 'https://w3id.org/dpv/legal/eu/gdpr#'

const BASES: Readonly<Record<LegalBasis, string>> = {
  consent: `${GDPR}A6-1-a`,
  contract: `${GDPR}A6-1-b`,
  legal_obligation: `${GDPR}A6-1-c`,
  legitimate_interests: `${GDPR}A6-1-f`,
}

/** Pure: no member, no agent and no call is in it. */
export function processingRecordOf(facts: RecordFacts): ProcessingRecord {
  const { rules, suppliers } = facts
  const purposes = [...rules.purposes].filter(([, { audio }]) => audio)
  return {
    controllers: facts.entities.filter((entity) => rules.entities.has(entity)),
    contact: facts.contact,
    activities: purposes.map(([purpose, { nl, en, basis, dpv }]) => ({
      ...{ purpose, words: { nl, en }, legalBasis: basis, legalBasisIri: BASES[basis] },
      purposeIri: dpv?.replace(/^dpv:/, DPV) ?? null,
      listeners: purpose === TRAINING ? ['coach'] : listenersFor(purpose),
      suppliers: suppliers.filter((one) => one.purposes.includes(purpose)).map((one) => one.legal_name),
      retention: retentionFor(rules, purpose),
    })),
    suppliers: suppliers.map((one) => ({
      ...{ name: one.legal_name, country: one.country, type: one.type, agreementRef: one.agreement_ref },
      ...{ validUntil: one.valid_until, purposes: one.purposes },
    })),
    disclosed: facts.disclosed,
    dataSubjects: {
      nl: 'leden en anderen die met ons bellen, en de medewerkers die hen te woord staan',
      en: 'members and others who call us, and the staff who speak with them',
    },
    categories: categoriesOf(rules),
    transfers: {
      nl: 'Geen doorgifte buiten de Europese Unie: leveranciers en ontvangers daarbuiten worden geweigerd.',
      en: 'No transfer outside the European Union: suppliers and recipients outside it are refused.',
    },
    measures: SECURITY_MEASURES,
  }
}

/** The rules that decide for a purpose, each with the products for which it does. */
function retentionFor(rules: RuleSet, purpose: string): Retention[] {
  const products = new Map<Rule, Set<string>>()
  for (const product of rules.products)
    for (const sensitivity of [[], ...[...rules.sensitivities].map((one) => [one])])
      for (const occasion of [undefined, ...OCCASIONS]) {
        const rule = rules.ruleFor(purpose, product, sensitivity, occasion)
        if (rule) products.set(rule, (products.get(rule) ?? new Set()).add(product))
      }
  return [...products].map(([rule, names]) => ({
    products: [...names],
    sensitivity: rule.sensitivity === '*' ? null : [rule.sensitivity].flat(),
    rule: `${rule.id}@${rule.version}`,
    words: wordsOf(rule),
    ...{ disposition: rule.disposition, ground: rule.ground, source: rule.source },
  }))
}

const OCCASION_WORDS = {
  case: { nl: ', als er een onderzoek is', en: ', when there is an investigation' },
  rejected: { nl: ', als de aanvraag is afgewezen', en: ', when the application was rejected' },
} as const

/** "7 jaar na het einde van de polis; ten minste 5 jaar door de wet". */
function wordsOf({ period, trigger, countFrom, minimum, when }: Rule): Sentence {
  const [long, start] = [periodWords(period), triggerWords(trigger)]
  const year =
    countFrom === 'event'
      ? { nl: '', en: '' }
      : { nl: 'het einde van het jaar van ', en: 'the end of the year of ' }
  const occasion = when ? OCCASION_WORDS[when] : { nl: '', en: '' }
  const least = minimum ? periodWords(minimum) : undefined
  return {
    nl: `${long.nl} na ${year.nl}${start.nl}${occasion.nl}${least ? `; volgens de wet ten minste ${least.nl}` : ''}`,
    en: `${long.en} after ${year.en}${start.en}${occasion.en}${least ? `; by law at least ${least.en}` : ''}`,
  }
}

const SPECIAL: Readonly<Record<string, Sentence>> = {
  health: { nl: 'gegevens over gezondheid (artikel 9 AVG)', en: 'data concerning health (Art. 9 GDPR)' },
  criminal: {
    nl: 'strafrechtelijke gegevens (artikel 10 AVG)',
    en: 'data relating to criminal offences (Art. 10 GDPR)',
  },
  minor: { nl: 'gegevens van minderjarigen', en: 'data of minors' },
  payment: {
    nl: 'betaalgegevens, die worden weggehaald zodra ze zijn gevonden',
    en: 'payment data, which are taken out as soon as they are found',
  },
}

const categoriesOf = (rules: RuleSet): Category[] => [
  { name: 'voice', words: { nl: 'het geluid van telefoongesprekken', en: 'the sound of telephone calls' } },
  {
    name: 'call',
    words: {
      nl: 'gegevens over het gesprek: tijd, duur, richting, taal, product, kenmerken van lid en medewerker',
      en: 'data about the call: time, length, direction, language, product, references of member and agent',
    },
  },
  ...[...rules.sensitivities]
    .filter((name) => name !== 'none')
    .map((name) => ({ name, words: SPECIAL[name] ?? { nl: name, en: name } })),
]
