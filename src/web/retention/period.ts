import type { Language } from '../i18n/dates.ts'

const UNITS = [
  { letter: 'Y', nl: ['jaar', 'jaar'], en: ['year', 'years'] },
  { letter: 'M', nl: ['maand', 'maanden'], en: ['month', 'months'] },
  { letter: 'W', nl: ['week', 'weken'], en: ['week', 'weeks'] },
  { letter: 'D', nl: ['dag', 'dagen'], en: ['day', 'days'] },
] as const

/** An ISO 8601 period of whole days in words: `P1Y6M` is "1 jaar en 6 maanden". What is none stays as it is. */
export function periodWords(period: string, language: Language): string {
  const [, ...amounts] = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(period) ?? []
  const parts = UNITS.flatMap((unit, index) => {
    const amount = amounts[index]
    return amount === undefined ? [] : [`${Number(amount)} ${unit[language][amount === '1' ? 0 : 1]}`]
  })
  if (parts.length === 0) return period
  const and = language === 'nl' ? ' en ' : ' and '
  return [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(and)
}

export interface Amount {
  readonly amount: number
  readonly unit: 'Y' | 'M' | 'W' | 'D'
}

/** The period as one number of one unit, for a form; null for `P1Y6M`, which needs two. */
export function amountOf(period: string): Amount | null {
  const [, amount, unit] = /^P(\d+)([YMWD])$/.exec(period) ?? []
  return amount === undefined ? null : { amount: Number(amount), unit: unit as Amount['unit'] }
}

export const periodOf = ({ amount, unit }: Amount): string => `P${amount}${unit}`
