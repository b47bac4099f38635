import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { PRODUCTS, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PERIODS } from './period.ts'
import { words } from './words.ts'

interface CallFiltersProps {
  readonly period: string
  readonly product: string
  /** Words to look for in the calls that are shown. */
  readonly query: string
  readonly onQuery: (query: string) => void
}

/** Which calls to show. The choice is part of the address, so a reload or a bookmark keeps it. */
export function CallFilters({ period, product, query, onQuery }: CallFiltersProps) {
  const { t } = useTranslation()
  const { search: w } = useWords(words)
  const name = useNames()
  const [, setAddress] = useSearchParams()
  const choose = (field: string, value: string) =>
    setAddress(
      (address) => {
        if (value) address.set(field, value)
        else address.delete(field)
        return address
      },
      { replace: true, preventScrollReset: true },
    )
  return (
    <search className="filters" aria-label={t('calls.filter.label')}>
      <label>
        <span>{w.label}</span>
        <input
          className="input"
          type="search"
          maxLength={100}
          placeholder={w.hint}
          value={query}
          onChange={({ currentTarget }) => onQuery(currentTarget.value)}
          // Kept in the address once it is whole, so that going back from a call finds the same list.
          onBlur={({ currentTarget }) => choose('zoek', currentTarget.value.trim())}
        />
      </label>
      <label>
        <span>{t('calls.filter.period')}</span>
        <select value={period} onChange={(event) => choose('periode', event.currentTarget.value)}>
          <option value="">{t('calls.filter.anyPeriod')}</option>
          {PERIODS.map((known) => (
            <option key={known} value={known}>
              {t(`calls.filter.${known}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('calls.filter.product')}</span>
        <select value={product} onChange={(event) => choose('onderwerp', event.currentTarget.value)}>
          <option value="">{t('calls.filter.anyProduct')}</option>
          {PRODUCTS.map((code) => (
            <option key={code} value={code}>
              {name('product', code)}
            </option>
          ))}
        </select>
      </label>
    </search>
  )
}
