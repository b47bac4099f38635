import { DAY } from '../kernel/units.ts'

/** What needs a second person and got none within these days has to be asked for again. */
const APPROVAL_DAYS = 7

/** The instant from which it is too late. */
export const lapseOf = (askedAt: Date): Date => new Date(askedAt.getTime() + APPROVAL_DAYS * DAY)

export const hasLapsed = (askedAt: Date, now: Date): boolean => now >= lapseOf(askedAt)

/** What was asked for later than this can still be agreed to. */
export const askedSince = (now: Date): Date => new Date(now.getTime() - APPROVAL_DAYS * DAY)
