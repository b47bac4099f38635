import { z } from 'zod'
import { startOfDay, startOfDayAfter } from '../kernel/calendar.ts'

/** An end of a stretch of time, as callers write it: an instant, or a whole day in Amsterdam. */
export const When = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length

/** The first instant that counts. */
export const beginning = (text: string): Date => (isDay(text) ? startOfDay(text) : new Date(text))

/** The first instant that counts no more: a day counts to its end. */
export const ending = (text: string): Date => (isDay(text) ? startOfDayAfter(text) : new Date(text))
