import type { Me } from '../api/contract.ts'
import { inBoth } from '../i18n/words.ts'

/** Part of the page for people with one of these roles. */
export interface Area {
  readonly path: string
  readonly name: keyof typeof areaWords.nl
  /** What belongs together; absent: it stands for itself. */
  readonly group?: Group
  readonly roles: readonly string[]
}

export type Group = keyof typeof groupWords.nl

export const areaWords = inBoth(
  {
    label: 'Onderdelen',
    calls: 'Mijn gesprekken',
    requests: 'Verzoeken',
    preferences: 'Voorkeuren',
    messages: 'Berichten',
    coaching: 'Coaching',
    casework: 'Beluisteren',
    feedback: 'Terugkoppeling',
    oversight: 'Toezicht',
    recordings: 'Opnamen',
    holds: 'Blokkades',
    operations: 'Beheer',
    retention: 'Bewaartermijnen',
    approvals: 'Goedkeuringen',
    sweeps: 'Opruimen',
    certificates: 'Verklaringen',
    emergency: 'Noodtoegang',
    log: 'Logboek',
    requestsDesk: 'Privacyverzoeken',
    disclosures: 'Verstrekkingen',
    suppliers: 'Leveranciers',
    withholdings: 'Uitgestelde inzage',
    names: 'Naamverzoeken',
    breaches: 'Datalekken',
    record: 'Verwerkingsregister',
  },
  {
    label: 'Areas',
    calls: 'My calls',
    requests: 'Requests',
    preferences: 'Preferences',
    messages: 'Messages',
    coaching: 'Coaching',
    casework: 'Listening',
    feedback: 'Feedback',
    oversight: 'Oversight',
    recordings: 'Recordings',
    holds: 'Holds',
    operations: 'Operations',
    retention: 'Retention rules',
    approvals: 'Approvals',
    sweeps: 'Sweeps',
    certificates: 'Certificates',
    emergency: 'Emergency access',
    log: 'Audit log',
    requestsDesk: 'Privacy requests',
    disclosures: 'Disclosures',
    suppliers: 'Suppliers',
    withholdings: 'Withheld accesses',
    names: 'Requests for a name',
    breaches: 'Data breaches',
    record: 'Record of processing',
  },
)

/** Names of groups, and of the row of areas inside one. */
export const groupWords = inBoth(
  {
    oversight: 'Toezicht',
    recordings: 'Opnamen',
    retention: 'Bewaren',
    rights: 'Rechten',
    control: 'Logboek en beheer',
  },
  {
    oversight: 'Oversight',
    recordings: 'Recordings',
    retention: 'Retention',
    rights: 'Rights',
    control: 'Log and operations',
  },
)

const READERS = ['privacy_officer', 'records_manager', 'auditor']
const DECIDERS = ['privacy_officer', 'records_manager']
/** Who answers for what was done with recordings, and who looks at how they do. */
const ACCOUNTANTS = ['privacy_officer', 'auditor']
const EMERGENCY = ['agent', 'coach', 'fraud_analyst', 'medical_adviser', ...READERS]

/** All areas, in the order in which somebody with several roles is likely to want them. */
export const AREAS: readonly Area[] = [
  { path: '/', name: 'calls', roles: ['member'] },
  { path: '/verzoeken', name: 'requests', roles: ['member'] },
  { path: '/voorkeuren', name: 'preferences', roles: ['member'] },
  { path: '/coaching', name: 'coaching', roles: ['coach'] },
  { path: '/beluisteren', name: 'casework', roles: ['agent', 'fraud_analyst', 'medical_adviser'] },
  { path: '/terugkoppeling', name: 'feedback', roles: ['agent'] },
  { path: '/toezicht', name: 'oversight', group: 'oversight', roles: READERS },
  { path: '/opnamen', name: 'recordings', group: 'recordings', roles: DECIDERS },
  { path: '/blokkades', name: 'holds', group: 'recordings', roles: DECIDERS },
  { path: '/logboek', name: 'log', group: 'control', roles: ACCOUNTANTS },
  { path: '/datalekken', name: 'breaches', group: 'control', roles: ACCOUNTANTS },
  { path: '/verwerkingsregister', name: 'record', group: 'control', roles: ACCOUNTANTS },
  { path: '/beheer', name: 'operations', group: 'control', roles: ['operator', ...DECIDERS] },
  { path: '/bewaartermijnen', name: 'retention', group: 'retention', roles: READERS },
  { path: '/goedkeuringen', name: 'approvals', group: 'retention', roles: DECIDERS },
  { path: '/opruimen', name: 'sweeps', group: 'retention', roles: [...DECIDERS, 'operator'] },
  { path: '/verklaringen', name: 'certificates', group: 'retention', roles: READERS },
  { path: '/privacyverzoeken', name: 'requestsDesk', group: 'rights', roles: ['privacy_officer', 'agent'] },
  {
    path: '/verstrekkingen',
    name: 'disclosures',
    group: 'rights',
    roles: ['privacy_officer', 'fraud_analyst', 'records_manager', 'auditor'],
  },
  { path: '/leveranciers', name: 'suppliers', group: 'rights', roles: READERS },
  { path: '/inzage-uitgesteld', name: 'withholdings', group: 'rights', roles: ACCOUNTANTS },
  { path: '/naamverzoeken', name: 'names', group: 'rights', roles: ACCOUNTANTS },
  { path: '/noodtoegang', name: 'emergency', group: 'rights', roles: EMERGENCY },
  {
    path: '/berichten',
    name: 'messages',
    roles: ['member', 'operator', ...READERS],
  },
]

/** The areas this visitor has business in. */
export const areasOf = ({ roles }: Pick<Me, 'roles'>): readonly Area[] =>
  AREAS.filter((area) => area.roles.some((role) => roles.includes(role)))
