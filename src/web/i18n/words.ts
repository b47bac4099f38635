import { useLanguage } from './language.ts'

/** The texts of one area of the page; they load with it and not before. */
export interface Words<T> {
  readonly nl: T
  readonly en: T
}

/** Dutch first; the compiler sees to it that English has exactly the same keys. */
export const inBoth = <T extends object>(nl: T, en: NoInfer<T>): Words<T> => ({ nl, en })

/** The texts in the language of the visitor. */
export const useWords = <T>(words: Words<T>): T => words[useLanguage()]
