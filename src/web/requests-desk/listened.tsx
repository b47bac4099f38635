import { useWords } from '../i18n/words.ts'
import { useAccessColumns } from '../oversight/heard-section.tsx'
import type { PrivacyRequest } from '../rights/contract.ts'
import { CallLink, Listened } from '../rights/listened-section.tsx'
import { pageWords } from '../rights/page-words.ts'

/** The list that the member gets, as officers see it. */
export function ListenedAsOfficer({ request }: { readonly request: PrivacyRequest }) {
  const { listened: w } = useWords(pageWords)
  const [when, ...others] = useAccessColumns()
  if (!when) return null
  return (
    <Listened
      request={request}
      intro={w.officerIntro}
      columns={[
        when,
        { key: 'call', label: w.call, cell: (access) => <CallLink access={access} to="/opnamen" /> },
        ...others,
      ]}
    />
  )
}
