/**
 * The member states of the European Union, by ISO 3166-1 alpha-2. The policy says Union and means it: neither the
 * other states of the EEA nor the United Kingdom are in it. The version goes with every decision that was made by it.
 */
export const EU_LIST = '2020-02-01'

const MEMBER_STATES: ReadonlySet<string> = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '),
)

/** Whether the code, in capitals as the standard writes it, is that of a member state. */
export const isInEu = (country: string): boolean => MEMBER_STATES.has(country)
