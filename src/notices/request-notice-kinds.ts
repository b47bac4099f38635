/** What members and officers are told about privacy requests. */
export const REQUEST_NOTICE_KINDS = {
  request_received: {
    nl: {
      title: 'Uw privacyverzoek is ontvangen',
      text: 'U krijgt uiterlijk {deadline} antwoord. Zolang wij nog niet hebben geantwoord, blijft bewaard waar uw verzoek over gaat.',
    },
    en: {
      title: 'Your privacy request was received',
      text: 'You get an answer by {deadline} at the latest. Until then, everything your request is about is kept.',
    },
  },
  request_identity_question: {
    nl: {
      title: 'Wij hebben een vraag over uw privacyverzoek',
      text: 'Wij moeten zeker weten dat u het bent die dit vraagt. Bij het verzoek staat waarom, en kunt u antwoorden. Een kopie van uw identiteitsbewijs is niet nodig.',
    },
    en: {
      title: 'We have a question about your privacy request',
      text: 'We have to be certain that it is you who asks. With the request you find why, and you can answer there. A copy of your identity document is not needed.',
    },
  },
  request_extended: {
    nl: {
      title: 'Het antwoord op uw privacyverzoek komt later',
      text: 'U krijgt uiterlijk {deadline} antwoord. Bij het verzoek staat waarom.',
    },
    en: {
      title: 'The answer to your privacy request comes later',
      text: 'You get an answer by {deadline} at the latest. With the request you find why.',
    },
  },
  request_decided: {
    nl: {
      title: 'Er is een antwoord op uw privacyverzoek',
      text: 'Bij het verzoek staat wat wij doen en waarom. Bent u het er niet mee eens, dan staat er ook waar u een klacht kunt indienen. Gold er zolang een beperking, dan eindigt die op zijn vroegst na een dag.',
    },
    en: {
      title: 'Your privacy request was answered',
      text: 'With the request you find what we do and why. If you disagree, it also says where you can complain. A restriction that applied in the meantime ends after a day at the earliest.',
    },
  },
  request_refused_until: {
    nl: {
      title: 'Een deel van uw privacyverzoek kan later wel',
      text: 'Wij moeten bewaren tot en met {until}. Daarna voeren wij uw verzoek alsnog uit; u hoeft het niet opnieuw te vragen.',
    },
    en: {
      title: 'A part of your privacy request is possible later',
      text: 'We have to keep data until and including {until}. After that we carry out your request; you need not ask again.',
    },
  },
  request_reopened: {
    nl: {
      title: 'Uw eerdere privacyverzoek is alsnog aan de beurt',
      text: 'Wij hadden het geweigerd tot en met {until}. Bij het verzoek staat wat er nu gebeurt.',
    },
    en: {
      title: 'It is now the turn of your earlier privacy request',
      text: 'We had refused it until and including {until}. With the request you find what happens now.',
    },
  },
  request_fulfilled: {
    nl: {
      title: 'Uw privacyverzoek is uitgevoerd',
      text: 'Bij het verzoek staat wat er is gedaan.',
    },
    en: {
      title: 'Your privacy request was carried out',
      text: 'With the request you find what was done.',
    },
  },
  request_withdrawn: {
    nl: {
      title: 'Uw privacyverzoek is ingetrokken',
      text: 'Wij doen er niets meer mee. U kunt altijd een nieuw verzoek doen.',
    },
    en: {
      title: 'Your privacy request was withdrawn',
      text: 'We do nothing more with it. You can always make a new request.',
    },
  },
  request_fee: {
    nl: {
      title: 'Over uw privacyverzoek is een vergoeding gevraagd',
      text: 'Bij het verzoek staat hoeveel en waarom. U beslist of u die betaalt.',
    },
    en: {
      title: 'A fee was asked for your privacy request',
      text: 'With the request you find how much and why. You decide whether you pay it.',
    },
  },
  request_filed: {
    nl: {
      title: 'Er is een nieuw privacyverzoek',
      text: 'Het antwoord moet er uiterlijk {deadline} zijn.',
    },
    en: {
      title: 'There is a new privacy request',
      text: 'It has to be answered by {deadline}.',
    },
  },
  request_reminder: {
    nl: {
      title: 'Een privacyverzoek moet bijna beantwoord zijn',
      text: 'De laatste dag is {deadline}.',
    },
    en: {
      title: 'A privacy request is almost due',
      text: 'The last day is {deadline}.',
    },
  },
  request_overdue: {
    nl: {
      title: 'Een privacyverzoek is te laat',
      text: 'De laatste dag was {deadline}. Antwoord zo snel mogelijk.',
    },
    en: {
      title: 'A privacy request is overdue',
      text: 'The last day was {deadline}. Answer as soon as possible.',
    },
  },
  request_proposal: {
    nl: {
      title: 'Een weigering wacht op een tweede persoon',
      text: 'Iemand anders dan wie haar voorstelde beoordeelt haar, uiterlijk {until}.',
    },
    en: {
      title: 'A refusal waits for a second person',
      text: 'Somebody other than who proposed it judges it, by {until}.',
    },
  },
  request_review_due: {
    nl: {
      title: 'Een beperking van rechten moet opnieuw worden bekeken',
      text: 'De dag daarvoor was {until}. Zij eindigt niet vanzelf.',
    },
    en: {
      title: 'A restriction of rights has to be looked at again',
      text: 'The day for that was {until}. It does not end by itself.',
    },
  },
} as const
