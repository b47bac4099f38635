import { localTime } from '../kernel/calendar.ts'
import type { PackagedCall, Recipient } from './package-call.ts'

export type PackageKind = 'access' | 'portability'

/** Somebody who heard or copied a call, as its member may know it: never by name. */
export interface AccessLine {
  readonly recordingId: string
  readonly firstAt: Date
  readonly lastAt: Date
  readonly action: 'listened' | 'copied'
  /** The member, and not somebody of the organisation. */
  readonly byMember: boolean
  readonly roles: readonly string[]
  readonly purpose: string | null
  readonly heardSeconds: number | null
}

/** What is left out, and why. */
export interface WithheldItem {
  readonly recordingId: string
  /** A term of the Data Privacy Vocabulary, or `NotPortable`, or `DamagedInStorage`. */
  readonly code: string
  readonly text: string
  /** Last day on which it is withheld; null when that is not known. */
  readonly until: string | null
}

/** What the documents of a package say beside its calls. */
export interface PackageFacts {
  readonly id: string
  readonly kind: PackageKind
  readonly generatedAt: Date
  /** Where the member writes to. */
  readonly contact: string
  readonly entities: readonly string[]
  /** Purposes of all calls in it, in the words that members read. */
  readonly purposes: Readonly<Record<string, string>>
  readonly recipients: readonly Recipient[]
  readonly withheld: readonly WithheldItem[]
}

const instant = (at: Date | null): string | null => (at === null ? null : localTime(at))

/** Everything that is known of a call (Art. 15(1) GDPR); times are those of the Netherlands. */
export const recordOf = (call: PackagedCall, recipients: readonly Recipient[]) => ({
  id: call.id,
  entity: call.entity,
  startedAt: localTime(call.startedAt),
  endedAt: instant(call.endedAt),
  receivedAt: localTime(call.receivedAt),
  durationSeconds: call.durationSeconds,
  direction: call.direction,
  language: call.language,
  product: call.product,
  announcement: call.noticeVersion,
  sensitivity: call.sensitivity,
  channels: call.parties,
  source: 'telephony of the organisation',
  keepUntil: call.keepUntil,
  purposes: call.tags.map(({ purpose, legalBasis, state, retainUntil, minUntil, ruleId, ruleVersion }) => ({
    ...{ purpose, legalBasis, state, retainUntil, minUntil, rule: `${ruleId}@${ruleVersion}` },
  })),
  silenced: call.silence,
  leftOut: call.cuts,
  audio: fileOf(call.audio),
  playback: call.playback === null ? null : fileOf(call.playback),
  recipients: recipients
    .filter(({ recordingId }) => recordingId === null || recordingId === call.id)
    .map(recipientOf),
  transcript: null,
  automatedDecisions: [],
})

const fileOf = ({ name, mediaType, bytes, sha256 }: PackagedCall['audio']) => ({
  ...{ name, mediaType, bytes },
  sha256: sha256.toString('hex'),
})

const recipientOf = ({ name, country, kind, legalBasis, purpose, at, recordingId }: Recipient) => ({
  ...{ name, country, kind, legalBasis, purpose, at: instant(at), recordingId },
})

export const recipientsOf = (recipients: readonly Recipient[]) => ({
  recipients: recipients.map(recipientOf),
})

export const accessLogOf = (lines: readonly AccessLine[]) => ({
  accesses: lines.map(({ firstAt, lastAt, ...line }) => ({
    ...{ recordingId: line.recordingId, firstAt: localTime(firstAt), lastAt: localTime(lastAt) },
    ...{ action: line.action, byYou: line.byMember, roles: line.roles, purpose: line.purpose },
    heardSeconds: line.heardSeconds,
  })),
})

export const withheldOf = (withheld: readonly WithheldItem[]) => ({ withheld })

export const BASES: Readonly<Record<string, string>> = {
  consent: 'uw toestemming (artikel 6, lid 1, onder a, AVG)',
  contract: 'de overeenkomst met u (artikel 6, lid 1, onder b, AVG)',
  legal_obligation: 'een wettelijke plicht (artikel 6, lid 1, onder c, AVG)',
  legitimate_interests: 'een gerechtvaardigd belang (artikel 6, lid 1, onder f, AVG)',
}

/** Art. 15(1) GDPR, (a) to (h), and 15(2), in the order of the law. */
export const article15Of = (facts: PackageFacts) => ({
  a_doeleinden: Object.entries(facts.purposes).map(([purpose, text]) => ({ purpose, text })),
  b_categorieen: [
    'het geluid van uw telefoongesprekken',
    'gegevens over die gesprekken: tijd, duur, richting, taal, product, aankondiging',
    'bijzondere inhoud, waar die is aangetekend (zie sensitivity in record.json)',
  ],
  c_ontvangers: facts.recipients.map(({ name }) => name),
  d_bewaartermijn:
    'Per gesprek en per doel, met de laatste dag, in record.json. Wat geen doel meer dient wordt vernietigd; daarvan bestaat een certificaat.',
  e_rechten: [
    'rectificatie (artikel 16)',
    'wissing (artikel 17)',
    'beperking (artikel 18)',
    'bezwaar (artikel 21)',
    'overdraagbaarheid (artikel 20)',
  ],
  e_contact: facts.contact,
  f_klacht: {
    name: 'Autoriteit Persoonsgegevens',
    url: 'https://autoriteitpersoonsgegevens.nl/een-tip-of-klacht-indienen-bij-de-ap',
  },
  g_bron: 'De opnamen komen uit de telefonie van de organisatie; u was zelf deelnemer aan het gesprek.',
  h_geautomatiseerde_besluiten: [],
  lid2_buiten_de_EU: facts.recipients
    .filter(({ country }) => country !== null)
    .map(({ name, country }) => ({ name, country })),
  verantwoordelijken: facts.entities,
})
