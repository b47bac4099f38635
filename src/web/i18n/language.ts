import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Language } from './dates.ts'
import { en } from './en.ts'
import { nl } from './nl.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page'
    resources: { page: typeof nl }
  }
}

export const LANGUAGES: readonly Language[] = ['nl', 'en']
const STORED_AS = 'listenback.language'

/** Dutch unless this visitor chose otherwise before: the organisation speaks Dutch with its members. */
export function startLanguage(): void {
  const language = storedLanguage() ?? 'nl'
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'nl',
    resources: { nl: { page: nl }, en: { page: en } },
    defaultNS: 'page',
    initAsync: false,
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = language
}

export function chooseLanguage(language: Language): void {
  document.documentElement.lang = language
  void i18next.changeLanguage(language)
  try {
    localStorage.setItem(STORED_AS, language)
  } catch {
    // A browser that refuses to store keeps the choice until the page is closed.
  }
}

function storedLanguage(): Language | undefined {
  try {
    return LANGUAGES.find((language) => language === localStorage.getItem(STORED_AS))
  } catch {
    return undefined
  }
}

export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return i18n.language === 'en' ? 'en' : 'nl'
}

const DICTIONARIES = { nl, en }

/** Codes of the products that have a name here. */
export const PRODUCTS = Object.keys(nl.product)

type Catalogue =
  | 'purpose'
  | 'purposeText'
  | 'legalBasis'
  | 'product'
  | 'entity'
  | 'role'
  | 'state'
  | 'trigger'
  | 'direction'
  | 'party'
  | 'unplayableReason'
  | 'soundWarning'

/** Names of catalogue codes; a code this page does not know is shown as it is (or as `fallback`). */
export function useNames(): (kind: Catalogue, code: string, fallback?: string) => string {
  const language = useLanguage()
  return (kind, code, fallback = code) => {
    // Not through i18next: to it the dot in a code like `policy.ended` would be a step down.
    const names: Readonly<Record<string, string>> = DICTIONARIES[language][kind]
    return (Object.hasOwn(names, code) ? names[code] : undefined) ?? fallback
  }
}
