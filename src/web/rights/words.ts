import { inBoth } from '../i18n/words.ts'

const days = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`

/** Names of the rights, states and codes of a request; for members and for officers alike. */
export const requestWords = inBoth(
  {
    type: {
      access: 'Inzage',
      copy: 'Kopie',
      rectification: 'Correctie',
      erasure: 'Verwijdering',
      restriction: 'Beperking',
      objection: 'Bezwaar',
      portability: 'Overdracht',
      human_review: 'Beoordeling door een mens',
      consent_withdrawal: 'Toestemming intrekken',
      audit_view: 'Wie luisterde',
    },
    state: {
      received: 'Ontvangen',
      identity_check: 'Wacht op uw antwoord',
      in_review: 'In behandeling',
      extended: 'In behandeling, termijn verlengd',
      decided: 'Beantwoord',
      fulfilled: 'Uitgevoerd',
      closed: 'Afgesloten',
      withdrawn: 'Ingetrokken',
    },
    item: {
      open: 'Nog niet beantwoord',
      proposed: 'Nog niet beantwoord',
      granted: 'Toegekend',
      partial: 'Deels toegekend',
      refused: 'Afgewezen',
      withdrawn: 'Ingetrokken',
    },
    daysLeft: days('dag', 'dagen'),
    answerBy: (day: string) => `U krijgt uiterlijk op ${day} antwoord.`,
    answerByLeft: (day: string, left: string) => `U krijgt uiterlijk op ${day} antwoord, over ${left}.`,
    today: (day: string) => `U krijgt vandaag, ${day}, antwoord.`,
    overdue: (day: string) =>
      `U had op ${day} antwoord moeten krijgen. Dat is ons niet gelukt; we zijn ermee bezig. U kunt hierover een klacht indienen.`,
    extended: 'We hebben de termijn met twee maanden verlengd, omdat het veel werk is.',
    paused: (day: string) =>
      `We hebben een vraag gesteld. Zolang we op uw antwoord wachten, kan de termijn stilstaan; zonder dat is de laatste dag ${day}.`,
    whole: 'Het hele verzoek',
    gone: 'Deze opname is verwijderd.',
    callOf: (day: string) => `Gesprek van ${day}`,
    call: 'Gesprek',
  },
  {
    type: {
      access: 'Access',
      copy: 'Copy',
      rectification: 'Correction',
      erasure: 'Erasure',
      restriction: 'Restriction',
      objection: 'Objection',
      portability: 'Transfer',
      human_review: 'Review by a human',
      consent_withdrawal: 'Withdraw consent',
      audit_view: 'Who listened',
    },
    state: {
      received: 'Received',
      identity_check: 'Waiting for your answer',
      in_review: 'Being handled',
      extended: 'Being handled, period extended',
      decided: 'Answered',
      fulfilled: 'Carried out',
      closed: 'Closed',
      withdrawn: 'Withdrawn',
    },
    item: {
      open: 'Not answered yet',
      proposed: 'Not answered yet',
      granted: 'Granted',
      partial: 'Granted in part',
      refused: 'Refused',
      withdrawn: 'Withdrawn',
    },
    daysLeft: days('day', 'days'),
    answerBy: (day: string) => `You get an answer by ${day} at the latest.`,
    answerByLeft: (day: string, left: string) => `You get an answer by ${day} at the latest, in ${left}.`,
    today: (day: string) => `You get an answer today, ${day}.`,
    overdue: (day: string) =>
      `You should have had an answer on ${day}. We did not manage; we are working on it. You can complain about this.`,
    extended: 'We extended the period by two months, because it is a lot of work.',
    paused: (day: string) =>
      `We asked a question. While we wait for your answer the period may stand still; without that the last day is ${day}.`,
    whole: 'The whole request',
    gone: 'This recording has been removed.',
    callOf: (day: string) => `Call of ${day}`,
    call: 'Call',
  },
)
