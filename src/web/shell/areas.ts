import type { Me } from '../api/contract.ts'
import { inBoth } from '../i18n/words.ts'

/** Part of the page for people with one of these roles. */
export interface Area {
  readonly path: string
  readonly name: keyof typeof areaWords.nl
  readonly roles: readonly string[]
}

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
    retention: 'Bewaren en vernietigen',
    sweeps: 'Opruimen',
    requestsDesk: 'Privacyverzoeken',
    disclosures: 'Verstrekkingen',
    suppliers: 'Leveranciers',
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
    retention: 'Keeping and destroying',
    sweeps: 'Sweeps',
    requestsDesk: 'Privacy requests',
    disclosures: 'Disclosures',
    suppliers: 'Suppliers',
  },
)

/** All areas, in the order in which somebody with several roles is likely to want them. */
export const AREAS: readonly Area[] = [
  { path: '/', name: 'calls', roles: ['member'] },
  { path: '/verzoeken', name: 'requests', roles: ['member'] },
  { path: '/voorkeuren', name: 'preferences', roles: ['member'] },
  { path: '/coaching', name: 'coaching', roles: ['coach'] },
  { path: '/beluisteren', name: 'casework', roles: ['agent', 'fraud_analyst', 'medical_adviser'] },
  { path: '/terugkoppeling', name: 'feedback', roles: ['agent'] },
  { path: '/toezicht', name: 'oversight', roles: ['privacy_officer', 'records_manager', 'auditor'] },
  { path: '/opnamen', name: 'recordings', roles: ['privacy_officer', 'records_manager'] },
  { path: '/blokkades', name: 'holds', roles: ['privacy_officer', 'records_manager'] },
  { path: '/beheer', name: 'operations', roles: ['operator', 'records_manager', 'privacy_officer'] },
  {
    path: '/bewaartermijnen',
    name: 'retention',
    roles: ['privacy_officer', 'records_manager', 'auditor'],
  },
  { path: '/opruimen', name: 'sweeps', roles: ['operator'] },
  { path: '/privacyverzoeken', name: 'requestsDesk', roles: ['privacy_officer', 'agent'] },
  {
    path: '/verstrekkingen',
    name: 'disclosures',
    roles: ['privacy_officer', 'fraud_analyst', 'records_manager', 'auditor'],
  },
  { path: '/leveranciers', name: 'suppliers', roles: ['privacy_officer', 'records_manager', 'auditor'] },
  {
    path: '/berichten',
    name: 'messages',
    roles: ['member', 'privacy_officer', 'records_manager', 'auditor', 'operator'],
  },
]

/** The areas this visitor has business in. */
export const areasOf = ({ roles }: Pick<Me, 'roles'>): readonly Area[] =>
  AREAS.filter((area) => area.roles.some((role) => roles.includes(role)))
