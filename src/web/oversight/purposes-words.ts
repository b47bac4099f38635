import { inBoth } from '../i18n/words.ts'

/** Texts of the purposes of a recording. */
export const words = inBoth(
  {
    heading: 'Waarom en hoelang',
    caption: 'Doelen van deze opname',
    purpose: 'Doel',
    basis: 'Grondslag',
    until: 'Tot en met',
    rule: 'Regel',
    state: 'Stand',
    acts: 'Beslissen',
    open: 'nog niet bekend',
    states: {
      pending_trigger: 'loopt; wacht op een gebeurtenis',
      active: 'loopt',
      suspended: 'opgeschort: bezwaar wordt beoordeeld',
      expired: 'voorbij',
      withdrawn: 'beëindigd',
      objected: 'bezwaar toegewezen',
    } as Readonly<Record<string, string>>,
    whole: (day: string) => `De opname als geheel blijft tot en met ${day}.`,
    wholeOpen: 'De opname heeft nog geen einddatum.',
    wholeOver: 'Geen enkel doel bewaart deze opname nog.',
    add: {
      open: 'Doel toevoegen',
      title: 'Een doel toevoegen',
      effect:
        'De opname wordt ook voor dit doel bewaard en mag ervoor worden gebruikt. Dat kan alleen als het doel bij het gesprek is aangekondigd.',
      why: 'Waarom dit verenigbaar is',
      whyHint: 'Art. 6 lid 4 AVG; ten minste 10 tekens, geen namen.',
      act: 'Toevoegen',
      done: 'Het doel is toegevoegd.',
    },
    remove: {
      open: 'Beëindigen',
      title: (purpose: string) => `Doel beëindigen: ${purpose}`,
      effect:
        'Niemand gebruikt de opname nog voor dit doel, en het komt niet terug. Bewaart niets anders haar, dan gaat zij uit gebruik en wordt zij na de wachttijd vernietigd.',
      because: 'Waarom',
      reasons: {
        removed: 'Het doel is niet meer nodig',
        consent_withdrawn: 'De toestemming is ingetrokken',
        objection_upheld: 'Het bezwaar is toegewezen',
      },
      act: 'Doel beëindigen',
      done: 'Het doel is beëindigd.',
    },
    object: {
      open: 'Bezwaar in behandeling',
      title: (purpose: string) => `Bezwaar in behandeling nemen: ${purpose}`,
      effect:
        'Vanaf nu gebruikt niemand de opname voor dit doel. De opname zelf blijft tot u over het bezwaar beslist.',
      act: 'Doel opschorten',
      done: 'Het doel is opgeschort.',
    },
    uphold: {
      open: 'Bezwaar toewijzen',
      title: (purpose: string) => `Bezwaar toewijzen: ${purpose}`,
      act: 'Bezwaar toewijzen',
      done: 'Het bezwaar is toegewezen.',
    },
    resume: {
      open: 'Bezwaar afwijzen',
      title: (purpose: string) => `Bezwaar afwijzen: ${purpose}`,
      effect:
        'Het doel gaat weer gelden, met de einddatum die het had. Wat intussen voorbij is, blijft voorbij.',
      act: 'Bezwaar afwijzen',
      done: 'Het bezwaar is afgewezen; het doel geldt weer.',
    },
  },
  {
    heading: 'Why and for how long',
    caption: 'Purposes of this recording',
    purpose: 'Purpose',
    basis: 'Legal basis',
    until: 'Up to and including',
    rule: 'Rule',
    state: 'State',
    acts: 'Decide',
    open: 'not known yet',
    states: {
      pending_trigger: 'in force; waits for an event',
      active: 'in force',
      suspended: 'suspended: an objection is considered',
      expired: 'over',
      withdrawn: 'ended',
      objected: 'objection upheld',
    },
    whole: (day: string) => `The recording as a whole stays up to and including ${day}.`,
    wholeOpen: 'The recording has no end date yet.',
    wholeOver: 'No purpose keeps this recording any more.',
    add: {
      open: 'Add a purpose',
      title: 'Add a purpose',
      effect:
        'The recording is kept for this purpose too and may be used for it. Only a purpose that was announced for the call can be added.',
      why: 'Why this is compatible',
      whyHint: 'Art. 6(4) GDPR; at least 10 characters, no names.',
      act: 'Add',
      done: 'The purpose is added.',
    },
    remove: {
      open: 'End',
      title: (purpose: string) => `End a purpose: ${purpose}`,
      effect:
        'Nobody uses the recording for this purpose any more, and it does not come back. If nothing else keeps the recording, it leaves use and is destroyed after the waiting time.',
      because: 'Why',
      reasons: {
        removed: 'The purpose is no longer needed',
        consent_withdrawn: 'Consent was withdrawn',
        objection_upheld: 'The objection was upheld',
      },
      act: 'End the purpose',
      done: 'The purpose is ended.',
    },
    object: {
      open: 'Consider an objection',
      title: (purpose: string) => `Consider an objection: ${purpose}`,
      effect:
        'From now on nobody uses the recording for this purpose. The recording itself stays until you decide on the objection.',
      act: 'Suspend the purpose',
      done: 'The purpose is suspended.',
    },
    uphold: {
      open: 'Uphold the objection',
      title: (purpose: string) => `Uphold the objection: ${purpose}`,
      act: 'Uphold the objection',
      done: 'The objection is upheld.',
    },
    resume: {
      open: 'Reject the objection',
      title: (purpose: string) => `Reject the objection: ${purpose}`,
      effect:
        'The purpose is in force again, with the end it had. What has ended in the meantime stays ended.',
      act: 'Reject the objection',
      done: 'The objection is rejected; the purpose is in force again.',
    },
  },
)
