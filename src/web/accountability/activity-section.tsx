import { capitalised } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { Activity, Retention } from './contract.ts'
import { Facts } from './facts.tsx'
import { words } from './record-words.ts'
import { useSensitivity } from './sensitivity.ts'

/** So many names are read; more are a number. */
const NAMED = 3

/** Everything that is done for one purpose, and the rules that say for how long. */
export function ActivitySection({ activity }: { readonly activity: Activity }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const title = capitalised(activity.words[language])
  return (
    <>
      <h3>{title}</h3>
      <Facts
        facts={[
          [w.basis, name('legalBasis', activity.legalBasis)],
          [w.listeners, activity.listeners.map((role) => name('role', role)).join(', ') || w.nobody],
          ...(activity.suppliers.length > 0 ? [[w.suppliers, activity.suppliers.join(', ')] as const] : []),
        ]}
      />
      <DataTable
        caption={w.retention(title)}
        hideCaption
        rows={activity.retention}
        rowKey={({ rule, sensitivity }) => `${rule} ${sensitivity?.join(' ') ?? ''}`}
        empty={w.noRetention}
        columns={[
          { key: 'products', label: w.products, cell: (retention) => <Products retention={retention} /> },
          { key: 'period', label: w.period, cell: ({ words: period }) => period[language] },
          { key: 'why', label: w.why, cell: ({ ground }) => ground },
        ]}
      />
    </>
  )
}

function Products({ retention: { products, sensitivity } }: { readonly retention: Retention }) {
  const w = useWords(words)
  const name = useNames()
  const nameOf = useSensitivity()
  const named = products.map((product) => name('product', product)).join(', ')
  return (
    <>
      {products.length > NAMED ? (
        <details>
          <summary>{w.allProducts(products.length)}</summary>
          {named}
        </details>
      ) : (
        named
      )}
      {sensitivity && <p className="field__hint">{w.onlyWith(sensitivity.map(nameOf).join(', '))}</p>}
    </>
  )
}
