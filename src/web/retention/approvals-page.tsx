import type { ReactNode } from 'react'
import { useMe } from '../api/queries.ts'
import { useGet, usePages } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import { BulkItem } from './approval-bulk.tsx'
import { DraftItem } from './approval-draft.tsx'
import { ReviewItem } from './approval-review.tsx'
import { words } from './approval-words.ts'
import type { Approval, BookList, BookSummary, Review } from './contract.ts'

/** Everything that waits for a second person, what waits for the reader first. */
export function Component() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const approvals = useGet<{ items: readonly Approval[] }>('/v1/retention/approvals')
  const reviews = usePages<Review>('/v1/retention/reviews?limit=100')
  const books = useGet<BookList>(roles.includes('privacy_officer') ? '/v1/retention/rules' : null)
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={approvals}>
        {({ items }) => (
          <Loaded query={reviews}>
            {({ pages }) => (
              <Matters
                approvals={items}
                reviews={pages.flatMap((page) => page.items)}
                moreReviews={reviews.hasNextPage && <MoreRows list={reviews} />}
                drafts={draftsOf(books.data)}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  )
}

const draftsOf = (books: BookList | undefined): readonly BookSummary[] =>
  books?.versions.filter(({ state }) => state === 'draft') ?? []

interface MattersProps {
  readonly approvals: readonly Approval[]
  readonly reviews: readonly Review[]
  /** The way to reviews that are not shown yet, or false when all are. */
  readonly moreReviews: ReactNode
  readonly drafts: readonly BookSummary[]
}

function Matters({ approvals, reviews, moreReviews, drafts }: MattersProps) {
  const w = useWords(words)
  const own = useMe().data?.sub
  const open = approvals.filter(({ state }) => state === 'open')
  const over = approvals.filter(({ state }) => state !== 'open').slice(0, 10)
  const mine = [
    ...open.filter(({ approvedByMe }) => !approvedByMe),
    ...drafts.filter(({ draftedBy }) => draftedBy !== own),
    ...reviews.filter(({ confirmedByMe, confirmations }) => !confirmedByMe && confirmations < 2),
  ]
  return (
    <>
      <p className="notice" role="status">
        {moreReviews ? w.mineSoFar(mine.length) : mine.length === 0 ? w.none : w.mine(mine.length)}
      </p>
      <ul className="matters">
        {open.map((approval) => (
          <BulkItem key={approval.id} approval={approval} />
        ))}
        {drafts.map((draft) => (
          <DraftItem key={draft.version} draft={draft} isOwn={draft.draftedBy === own} />
        ))}
      </ul>
      {reviews.length > 0 && <Reviews reviews={reviews} />}
      {moreReviews}
      {over.length > 0 && (
        <details>
          <summary>{w.done}</summary>
          <ul className="matters">
            {over.map((approval) => (
              <BulkItem key={approval.id} approval={approval} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Reviews({ reviews }: { readonly reviews: readonly Review[] }) {
  const w = useWords(words)
  return (
    <section>
      <h2>{w.reviews}</h2>
      <p>{w.reviewsText}</p>
      <ul className="matters">
        {reviews.map((review) => (
          <ReviewItem key={review.recordingId} review={review} />
        ))}
      </ul>
    </section>
  )
}
