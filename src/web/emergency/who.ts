/** Roles that may open a recording in an emergency; the service decides, the page only hides what would be refused. */
export const MAY_USE = [
  'agent',
  'coach',
  'fraud_analyst',
  'medical_adviser',
  'privacy_officer',
  'records_manager',
] as const

/** Roles that see what others opened. */
export const MAY_READ = ['privacy_officer', 'auditor'] as const

export const MAY_REVIEW = 'privacy_officer'
