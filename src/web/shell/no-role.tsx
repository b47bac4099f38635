import { useMe } from '../api/queries.ts'
import { inBoth, useWords } from '../i18n/words.ts'
import { PageHeading } from './page-heading.tsx'

const words = inBoth(
  {
    title: 'Nog geen rol',
    heading: 'Uw account heeft hier nog geen rol',
    text: 'Inloggen is gelukt, maar dit account hoort bij geen lid en bij geen medewerker. Daarom is er niets te zien.',
    hint: 'Vraag wie uw account beheert om een rol. Log daarna uit en opnieuw in.',
    contact: 'Bent u lid? Vraag het aan',
  },
  {
    title: 'No role yet',
    heading: 'Your account has no role here yet',
    text: 'You are logged in, but this account belongs to no member and no member of staff. So there is nothing to see.',
    hint: 'Ask whoever manages your account for a role. Then log out and in again.',
    contact: 'Are you a member? Ask',
  },
)

/** For somebody who could log in and for whom there is nothing here. */
export function NoRole() {
  const w = useWords(words)
  const contact = useMe().data?.contact
  return (
    <div className="message">
      <PageHeading title={w.title}>{w.heading}</PageHeading>
      <p className="lead">{w.text}</p>
      <p>{w.hint}</p>
      {contact && (
        <p>
          {w.contact} <a href={`mailto:${contact}`}>{contact}</a>.
        </p>
      )}
    </div>
  )
}
