/** What officers and members are told about who listened. */
export const ACCOUNT_NOTICE_KINDS = {
  withholding_asked: {
    nl: {
      title: 'Regels over wie luisterde achterhouden: dit vraagt om een tweede functionaris',
      text: 'Keur het uiterlijk op {approveBy} goed, als het noodzakelijk en evenredig is. Tot dan ziet het lid alles.',
    },
    en: {
      title: 'To withhold who listened: this asks for a second officer',
      text: 'Approve it by {approveBy}, if it is necessary and proportionate. Until then the member sees everything.',
    },
  },
  withholding_review_overdue: {
    nl: {
      title: 'Er wordt nog achtergehouden wie luisterde, en niemand heeft het op tijd herzien',
      text: 'Dit had uiterlijk op {reviewBy} moeten gebeuren. Herzie het, of laat de regels weer zien.',
    },
    en: {
      title: 'Who listened is still withheld, and nobody reviewed it in time',
      text: 'This was due on {reviewBy} at the latest. Review it, or let the lines be seen again.',
    },
  },
  name_asked: {
    nl: {
      title: 'Een lid vraagt wie heeft geluisterd',
      text: 'Weeg het belang van het lid af tegen dat van de medewerker. Zonder twee mensen die het eens zijn, blijft de naam verborgen.',
    },
    en: {
      title: 'A member asks who listened',
      text: 'Weigh the interest of the member against that of the person. Unless two people agree, the name stays hidden.',
    },
  },
  name_answered: {
    nl: {
      title: 'Er is een antwoord op uw vraag wie heeft geluisterd',
      text: 'U vindt het bij het gesprek.',
    },
    en: {
      title: 'Your question who listened was answered',
      text: 'You find it with the call.',
    },
  },
} as const
