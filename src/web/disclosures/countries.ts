import type { Language } from '../i18n/dates.ts'

/** What can be chosen: the member states of the European Union. The service judges by its own list. */
export const COUNTRIES =
  'NL BE DE AT BG HR CY CZ DK EE FI FR GR HU IE IT LV LT LU MT PL PT RO SK SI ES SE'.split(' ')

export const countryName = (code: string, language: Language): string =>
  new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code
