import type { Sentence } from '../retention/explain-words.ts'

/** What members read when their own word is enough; nobody weighs anything. */
export const OWN_WORD_ANSWERS = {
  objection: {
    nl: 'Wij gebruiken dit gesprek vanaf nu niet meer voor training en coaching.',
    en: 'From now on we do not use this call for training and coaching any more.',
  },
  consent_withdrawal: {
    nl:
      'Uw toestemming is ingetrokken. Wat wij daarvóór met uw toestemming deden, blijft rechtmatig. Bewaren wij het ' +
      'gesprek nog voor een ander doel, dan staat dat bij het gesprek.',
    en:
      'Your consent is withdrawn. What we did with your consent before stays lawful. If we still keep the call for ' +
      'another purpose, the page of the call says so.',
  },
} as const satisfies Readonly<Record<string, Sentence>>

/**
 * The same answer in English. What people wrote has none: it is theirs, and so is a text of an earlier release, which
 * stays as the member got it. Pure.
 */
export const englishOf = (answer: string | null): string | null =>
  Object.values(OWN_WORD_ANSWERS).find(({ nl }) => nl === answer)?.en ?? null
