import { inBoth } from '../i18n/words.ts'

const count = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`

/** Texts that the pages about rules and destruction share. */
export const words = inBoth(
  {
    rules: 'Bewaartermijnen',
    approvals: 'Goedkeuringen',
    sweeps: 'Opruimen',
    certificates: 'Verklaringen',
    recordings: count('opname', 'opnamen'),
    you: 'u',
    configuration: 'de configuratie',
    on: (day: string) => `op ${day}`,
    cancel: 'Annuleren',
    more: 'Meer tonen',
  },
  {
    rules: 'Retention rules',
    approvals: 'Approvals',
    sweeps: 'Sweeps',
    certificates: 'Certificates',
    recordings: count('recording', 'recordings'),
    you: 'you',
    configuration: 'the configuration',
    on: (day: string) => `on ${day}`,
    cancel: 'Cancel',
    more: 'Show more',
  },
)
