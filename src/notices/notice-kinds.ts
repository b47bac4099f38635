import { ACCOUNT_NOTICE_KINDS } from './account-notice-kinds.ts'
import { REQUEST_NOTICE_KINDS } from './request-notice-kinds.ts'

/** What a message says, in both languages: `{name}` is a fact of the notice, a day is written out. */
interface NoticeText {
  readonly nl: Words
  readonly en: Words
}

interface Words {
  readonly title: string
  readonly text: string
}

/**
 * Every message that the service sends by itself. Without names of people and without anything that was
 * said: a message is also read over somebody's shoulder. Where it is about something, the page links to it.
 */
export const NOTICE_KINDS = {
  recording_disclosed: {
    nl: {
      title: 'Een opname van een gesprek met u is aan een ander verstrekt',
      text: 'Bij het gesprek staat aan wie, waarom en op welke grond.',
    },
    en: {
      title: 'A recording of a call with you was given to another organisation',
      text: 'With the call you find to whom, why and on what ground.',
    },
  },
  package_ready: {
    nl: {
      title: 'Uw pakket staat klaar',
      text: 'U kunt het ophalen tot en met {until}. Daarna kunt u het opnieuw laten maken.',
    },
    en: {
      title: 'Your package is ready',
      text: 'You can fetch it until {until}. After that it can be made again.',
    },
  },
  break_glass_opened: {
    nl: {
      title: 'Noodtoegang tot een opname',
      text: 'Iemand heeft in een noodgeval een opname geopend. Beoordeel dit uiterlijk op {reviewBy}.',
    },
    en: {
      title: 'Emergency access to a recording',
      text: 'Somebody opened a recording in an emergency. Review this on {reviewBy} at the latest.',
    },
  },
  break_glass_overdue: {
    nl: {
      title: 'Een noodtoegang is niet op tijd beoordeeld',
      text: 'Wie haar gebruikte, kan niet meer luisteren totdat iemand anders haar heeft beoordeeld.',
    },
    en: {
      title: 'An emergency access was not reviewed in time',
      text: 'Whoever used it cannot listen any more until somebody else has reviewed it.',
    },
  },
  staff_anomaly_found: {
    nl: {
      title: 'Een medewerker opent meer dan het werk verklaart',
      text: 'Het aantal was {count}, en meer dan {threshold} is een afwijking. Kijk wat er aan de hand is.',
    },
    en: {
      title: 'A member of staff opens more than their work explains',
      text: 'The number was {count}, and more than {threshold} is an anomaly. See what is going on.',
    },
  },
  disclosure_asked: {
    nl: {
      title: 'Een verstrekking vraagt om goedkeuring',
      text: 'Twee anderen dan de aanvrager keuren haar goed, uiterlijk op {approveBy}. Daarna vervalt de aanvraag.',
    },
    en: {
      title: 'A disclosure asks for approval',
      text: 'Two others than who asked for it approve it, on {approveBy} at the latest. After that the request lapses.',
    },
  },
  disclosure_delay_ends: {
    nl: {
      title: 'Een uitgestelde mededeling komt vrij',
      text: 'Na {until} ziet het lid aan wie de opname is verstrekt. Moet dat later, leg dan opnieuw vast waarom.',
    },
    en: {
      title: 'A delayed disclosure becomes visible',
      text: 'After {until} the member sees to whom the recording was given. If that must be later, record why once more.',
    },
  },
  recipient_to_be_told: {
    nl: {
      title: 'Vertel een ontvanger wat er met een opname is gebeurd',
      text: 'Wie de opname kreeg, moet horen dat zij is gewijzigd, gewist of beperkt (artikel 19 AVG), en er is geen mailadres bekend.',
    },
    en: {
      title: 'Tell a recipient what happened to a recording',
      text: 'Whoever was given the recording must hear that it was rectified, erased or restricted (Article 19 GDPR), and no mail address is known.',
    },
  },
  recipient_silent: {
    nl: {
      title: 'Een ontvanger antwoordt niet',
      text: 'Al {days} dagen is niet bevestigd dat de wijziging, wissing of beperking van een opname is doorgevoerd (artikel 19 AVG).',
    },
    en: {
      title: 'A recipient does not answer',
      text: 'For {days} days nobody has confirmed that a recording was rectified, erased or restricted there too (Article 19 GDPR).',
    },
  },
  webhook_disabled: {
    nl: {
      title: 'Een webhook is uitgeschakeld',
      text: 'Het andere systeem neemt al dagen niets aan. Wat het miste is bewaard en wordt bezorgd zodra u de webhook weer inschakelt.',
    },
    en: {
      title: 'A webhook was switched off',
      text: 'The other system has taken nothing for days. What it missed is kept, and is delivered once you switch the webhook on again.',
    },
  },
  ...REQUEST_NOTICE_KINDS,
  ...ACCOUNT_NOTICE_KINDS,
  rules_drafted: {
    nl: {
      title: 'Nieuwe bewaartermijnen wachten op goedkeuring',
      text: 'Versie {version} zou gelden vanaf {effectiveFrom}. Wie haar niet zelf heeft voorgesteld, kan haar goedkeuren.',
    },
    en: {
      title: 'New retention rules wait for approval',
      text: 'Version {version} would hold from {effectiveFrom}. Whoever did not propose it can approve it.',
    },
  },
  rules_approved: {
    nl: {
      title: 'Nieuwe bewaartermijnen zijn goedgekeurd',
      text: 'Versie {version} geldt vanaf {effectiveFrom}. Kortere termijnen gelden voor bestaande opnamen vanaf {shortensFrom}: tot dan is er tijd om in te grijpen.',
    },
    en: {
      title: 'New retention rules have been approved',
      text: 'Version {version} holds from {effectiveFrom}. Shorter periods reach existing recordings from {shortensFrom}: until then there is time to step in.',
    },
  },
  destruction_stopped: {
    nl: {
      title: 'Het opruimen is gestopt en vraagt om twee mensen',
      text: 'Er zijn {due} opnamen tegelijk voorbij. Er is niets van aangeraakt. Kijk of dat klopt, en keur het goed of herstel de oorzaak.',
    },
    en: {
      title: 'The sweep stopped and asks for two people',
      text: '{due} recordings are over at once. None of them was touched. See whether that is right, and approve it or mend the cause.',
    },
  },
} as const satisfies Record<string, NoticeText>

export type NoticeKind = keyof typeof NOTICE_KINDS

export type Facts = Readonly<Record<string, string | number | null>>

const DAY = /^\d{4}-\d{2}-\d{2}$/
const FACT = /\{(\w+)\}/g

const DATES = {
  nl: new Intl.DateTimeFormat('nl-NL', { dateStyle: 'long', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }),
} as const

/** Facts that the text of a kind speaks of; a notice without one of them is never written. */
export const factsOf = (kind: NoticeKind): string[] => {
  const { nl, en } = NOTICE_KINDS[kind]
  const texts = [nl.title, nl.text, en.title, en.text]
  return [...new Set(texts.flatMap((text) => [...text.matchAll(FACT)].map(([, name = '']) => name)))]
}

/** The message in both languages. */
export function wordsOf(kind: NoticeKind, facts: Facts): { nl: Words; en: Words } {
  const fill = (language: 'nl' | 'en', text: string): string =>
    text.replace(FACT, (_, name: string) => wordOf(language, facts[name] ?? ''))
  const both = (language: 'nl' | 'en'): Words => ({
    title: fill(language, NOTICE_KINDS[kind][language].title),
    text: fill(language, NOTICE_KINDS[kind][language].text),
  })
  return { nl: both('nl'), en: both('en') }
}

const wordOf = (language: 'nl' | 'en', fact: string | number): string =>
  typeof fact === 'string' && DAY.test(fact) ? DATES[language].format(new Date(fact)) : String(fact)
