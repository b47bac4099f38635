import type { Role } from '../access/actor.ts'

/** Somebody of the demo. All of them are invented; nobody of that name is a member or works here. */
export interface DemoPerson {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly memberRef?: string
  readonly team?: string
  /** Companies the person works for; absent: all of the demo. */
  readonly entities?: readonly string[]
  /** Machines have no screen: they get tokens and cannot log in on the web page. */
  readonly web: boolean
  /** What the person is there to show, in one line. */
  readonly about: { readonly nl: string; readonly en: string }
}

export const DEMO_ENTITIES = ['hmbs', 'hmbs-verzekeringen', 'hmbs-advies'] as const

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    id: 'noor',
    name: 'Noor Voorbeeld',
    roles: ['member'],
    memberRef: 'M-1001',
    web: true,
    about: { nl: 'lid M-1001: hoort haar eigen gesprekken', en: 'member M-1001: listens to her own calls' },
  },
  {
    id: 'sam',
    name: 'Sam Specimen',
    roles: ['member'],
    memberRef: 'M-1002',
    web: true,
    about: {
      nl: 'lid M-1002: hoort alleen zijn eigen gesprekken',
      en: 'member M-1002: listens to his own calls only',
    },
  },
  {
    id: 'cleo',
    name: 'Cleo Fictief',
    roles: ['coach'],
    team: 'zorg',
    entities: ['hmbs-verzekeringen'],
    web: true,
    about: { nl: 'coach van team zorg', en: 'coach of the care team' },
  },
  {
    id: 'dirk',
    name: 'Dirk Denkbeeld',
    roles: ['coach'],
    team: 'zorg',
    entities: ['hmbs-verzekeringen'],
    web: true,
    about: {
      nl: 'coach van team zorg, voor de ijking',
      en: 'coach of the care team, for calibration',
    },
  },
  {
    id: 'agent-07',
    name: 'Anna Verzonnen',
    roles: ['agent'],
    team: 'zorg',
    web: true,
    about: {
      nl: 'medewerker agent-07: eigen gesprekken en terugkoppeling',
      en: 'employee agent-07: own calls and feedback',
    },
  },
  {
    id: 'pim',
    name: 'Pim Proef',
    roles: ['privacy_officer'],
    web: true,
    about: { nl: 'functionaris gegevensbescherming', en: 'privacy officer' },
  },
  {
    id: 'petra',
    name: 'Petra Proefpersoon',
    roles: ['privacy_officer'],
    web: true,
    about: {
      nl: 'tweede functionaris: keurt goed wat Pim voorstelt',
      en: 'second privacy officer: approves what Pim proposes',
    },
  },
  {
    id: 'roos',
    name: 'Roos Register',
    roles: ['records_manager'],
    web: true,
    about: {
      nl: 'archiefbeheerder: bewaartermijnen en blokkades',
      en: 'records manager: retention and holds',
    },
  },
  {
    id: 'fien',
    name: 'Fien Fantasie',
    roles: ['fraud_analyst'],
    web: true,
    about: {
      nl: 'fraudeanalist: luistert alleen met een dossier',
      en: 'fraud analyst: listens with a case only',
    },
  },
  {
    id: 'mira',
    name: 'Mira Model',
    roles: ['medical_adviser'],
    web: true,
    about: {
      nl: 'medisch adviseur: gesprekken met gezondheidsgegevens',
      en: 'medical adviser: calls with health data',
    },
  },
  {
    id: 'ada',
    name: 'Ada Aanname',
    roles: ['auditor'],
    web: true,
    about: {
      nl: 'auditor: leest het logboek en de cijfers',
      en: 'auditor: reads the log and the figures',
    },
  },
  {
    id: 'otto',
    name: 'Otto Oefening',
    roles: ['operator'],
    web: true,
    about: {
      nl: 'beheerder: of de dienst werkt',
      en: 'operator: whether the service works',
    },
  },
  {
    id: 'daan',
    name: 'Daan Dubbelrol',
    roles: ['member', 'agent'],
    memberRef: 'M-1003',
    web: true,
    about: {
      nl: 'lid en medewerker, zonder geheimhouding',
      en: 'member and employee, confidentiality unsigned',
    },
  },
  {
    id: 'nina',
    name: 'Nina Nogniets',
    roles: [],
    web: true,
    about: { nl: 'heeft nog geen rol', en: 'has no role yet' },
  },
  {
    id: 'recorder',
    name: 'Telefooncentrale',
    roles: ['recorder', 'importer'],
    web: false,
    about: {
      nl: 'de telefooncentrale die opnamen aanlevert',
      en: 'the telephone system that delivers recordings',
    },
  },
]

/** The person of that id; throws an Error that lists the ids there are. */
export function demoPerson(id: string): DemoPerson {
  const person = DEMO_PEOPLE.find((candidate) => candidate.id === id)
  if (person) return person
  throw new Error(
    `the demo has no "${id}"; choose one of: ${DEMO_PEOPLE.map((known) => known.id).join(', ')}`,
  )
}

/** The person as a token tells it. */
export function demoClaims(person: DemoPerson): Record<string, unknown> & { sub: string } {
  const isMember = person.memberRef !== undefined
  return {
    sub: person.id,
    name: person.name,
    roles: [...person.roles],
    entity: [...(person.entities ?? DEMO_ENTITIES)],
    ...(isMember ? { member_ref: person.memberRef } : { confidentiality_signed: true }),
    // A name that nobody can have (RFC 2606), so that no mail of a demo reaches anybody.
    ...(isMember ? { email: `${person.id}@demo.example`, email_verified: true } : {}),
    ...(person.team === undefined ? {} : { team: person.team }),
  }
}
