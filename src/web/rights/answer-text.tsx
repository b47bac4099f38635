import { useLanguage } from '../i18n/language.ts'
import type { Item } from './contract.ts'

/** An answer in the words in which it was given: people write Dutch, what nobody wrote is there in both languages. */
export function AnswerText({ item: { answer, answerEn } }: { readonly item: Item }) {
  const language = useLanguage()
  if (language === 'en' && answerEn !== null) return answerEn
  return <span lang="nl">{answer}</span>
}
