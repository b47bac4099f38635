import type { CallSummary } from '../api/contract.ts'
import { clock, fullDay, type Language } from '../i18n/dates.ts'

/** The name of a code of the catalogue, as `useNames` gives it. */
type NameOf = (kind: 'product' | 'entity' | 'direction' | 'purpose', code: string) => string

/** Lower case without accents, so that `polis` finds `Polis` and `eénmalig` finds `eenmalig`. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()

/** The words to look for; empty when nothing is asked. */
export const wordsOf = (query: string): readonly string[] => plain(query).split(/\s+/).filter(Boolean)

/** A list grows and is searched again; what a call says stays the same. */
const texts: Readonly<Record<Language, WeakMap<CallSummary, string>>> = {
  nl: new WeakMap(),
  en: new WeakMap(),
}

/** Everything about a call that its row says, in the language in which it says it. */
export function textOf(call: CallSummary, name: NameOf, language: Language): string {
  const text = texts[language].get(call) ?? makeText(call, name, language)
  texts[language].set(call, text)
  return text
}

const makeText = (call: CallSummary, name: NameOf, language: Language): string =>
  plain(
    [
      fullDay(call.startedAt, language),
      clock(call.startedAt, language),
      name('product', call.product),
      name('entity', call.entity),
      name('direction', call.direction),
      ...call.purposes.map(({ purpose }) => name('purpose', purpose)),
    ].join(' '),
  )

/** Whether every word is somewhere in the text. */
export const fits = (text: string, wanted: readonly string[]): boolean =>
  wanted.every((word) => text.includes(word))
