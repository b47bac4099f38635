import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { BreachFigures } from './breach-figures.tsx'
import { BreachForm } from './breach-form.tsx'
import { awareAtOf, type BreachDraft, scopeOf } from './breach-scope.ts'
import { words } from './breach-words.ts'
import type { BreachReport, BreachScope } from './contract.ts'
import { MembersSection } from './members-section.tsx'

/** What a suspected breach touched: asked, answered, and taken along for the authority and the members. */
export function Component() {
  const w = useWords(words)
  const isOfficer = useMe().data?.roles.includes('privacy_officer') ?? false
  const send = useSend<BreachReport, BreachScope>([])
  const [asked, setAsked] = useState<BreachScope | null>(null)
  const ask = (draft: BreachDraft) => {
    if (send.isPending) return
    const scope = scopeOf(draft)
    send.mutate(
      { path: '/v1/breach-reports', body: { ...scope, ...awareAtOf(draft) } },
      { onSuccess: () => setAsked(scope) },
    )
  }
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p>{w.onRecord}</p>
      <BreachForm onAsk={ask} isPending={send.isPending} error={send.error} />
      {send.data && asked && (
        <>
          <BreachFigures key={send.data.at} report={send.data} scope={asked} />
          {isOfficer && <MembersSection key={`members ${send.data.at}`} scope={asked} />}
        </>
      )}
    </div>
  )
}
