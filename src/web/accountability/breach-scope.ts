import type { AffectedMember, BreachScope } from './contract.ts'

/** What an officer fills in; empty texts mean: not limited by this. Kept in memory only, as it may name somebody. */
export interface BreachDraft {
  readonly actor: string
  readonly sessionRef: string
  /** One id on each line. */
  readonly recordings: string
  readonly from: string
  readonly to: string
  /** As a field of date and time has it, by the clock of the visitor. */
  readonly awareAt: string
}

export const NO_BREACH: BreachDraft = {
  ...{ actor: '', sessionRef: '', recordings: '', from: '', to: '', awareAt: '' },
}

/** The same as the API takes it: what is empty is left out. Pure. */
export function scopeOf({ actor, sessionRef, recordings, from, to }: BreachDraft): BreachScope {
  const recordingIds = recordings.split(/[\s,;]+/).filter(Boolean)
  return {
    ...(actor.trim() && { actor: actor.trim() }),
    ...(sessionRef.trim() && { sessionRef: sessionRef.trim() }),
    ...(recordingIds.length > 0 && { recordingIds }),
    ...{ from, to },
  }
}

/** The moment on which the organisation knew, as an instant. Pure. */
export const awareAtOf = ({ awareAt }: BreachDraft): { awareAt?: string } =>
  awareAt === '' ? {} : { awareAt: new Date(awareAt).toISOString() }

const HEADER = [
  'memberRef',
  'entities',
  'recordings',
  'sensitivities',
  'heard',
  'copied',
  'firstAt',
  'lastAt',
]

/** A list to write letters from (RFC 4180); a cell that a spreadsheet would take for a formula is text. Pure. */
export function csvOf(members: readonly AffectedMember[]): string {
  const rows = members.map((one) => [
    ...[one.memberRef, one.entities.join(' '), one.recordings, one.sensitivities.join(' ')],
    ...[one.heard, one.copied, one.firstAt, one.lastAt],
  ])
  return [HEADER, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(value: string | number | boolean): string {
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
