import type { Intent } from '../api/contract.ts'

/** Whether two declarations are for the same thing; a listening session belongs to one of them. */
export const isSameIntent = (one: Intent | null, other: Intent | null): boolean =>
  one?.purpose === other?.purpose && one?.caseRef === other?.caseRef && one?.sampleId === other?.sampleId
