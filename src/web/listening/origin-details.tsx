import { useState } from 'react'
import type { Derivation } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './words.ts'

/** How the last day follows from purposes and rules, as the service itself derives it; asked for when it is opened. */
export function OriginDetails({ id }: { readonly id: string }) {
  const { origin: w } = useWords(words)
  const [opened, setOpened] = useState(false)
  const path = opened ? `/v1/recordings/${encodeURIComponent(id)}/retention` : null
  const derivation = useGet<Derivation>(path)
  return (
    <details onToggle={({ currentTarget }) => setOpened((before) => before || currentTarget.open)}>
      <summary>{w.summary}</summary>
      {opened && <Loaded query={derivation}>{(found) => <Steps {...found} />}</Loaded>}
    </details>
  )
}

function Steps({ steps, changes }: Derivation) {
  const { origin: w } = useWords(words)
  const language = useLanguage()
  return (
    <div className="origin">
      <ol>
        {steps.map((step) => (
          <li key={`${step.step} ${step.nl}`}>{step[language]}</li>
        ))}
      </ol>
      {changes.length > 0 && (
        <>
          <h3>{w.changes}</h3>
          <ul>
            {changes.map((change) => (
              <li key={change.nl}>{change[language]}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
