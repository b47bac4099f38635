import { useTranslation } from 'react-i18next'
import type { Language } from '../i18n/dates.ts'
import { chooseLanguage, LANGUAGES, useLanguage } from '../i18n/language.ts'

/** Each language is named in itself, so that whoever needs it can read it. */
const NAMES: Readonly<Record<Language, string>> = { nl: 'Nederlands', en: 'English' }

export function LanguageSwitch() {
  const { t } = useTranslation()
  const current = useLanguage()
  return (
    <fieldset className="languages">
      <legend className="unseen">{t('site.language')}</legend>
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === current}
          onClick={() => chooseLanguage(language)}
        >
          <span aria-hidden="true">{language.toUpperCase()}</span>
          <span className="unseen">{NAMES[language]}</span>
        </button>
      ))}
    </fieldset>
  )
}
