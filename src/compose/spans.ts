import { appendAudit } from '../audit/append.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { SECOND } from '../kernel/units.ts'
import { makeExpireMasked } from '../recordings/expire-masked.ts'
import { makeListCuts } from '../recordings/list-cuts.ts'
import { spanEndpoints } from '../recordings/span-routes.ts'
import { makeSpans } from '../recordings/spans.ts'
import type { Foundation } from './foundation.ts'

export interface SpanParts {
  readonly endpoints: readonly Endpoint[]
  readonly jobs: readonly Job[]
}

/** What is left out of recordings for training and for copies, and for how long training may use them. */
export function composeSpans({ db, clock }: Pick<Foundation, 'db' | 'clock'>): SpanParts {
  const trail = { append: (event: Parameters<typeof appendAudit>[1]) => appendAudit(db, event) }
  return {
    endpoints: spanEndpoints(makeSpans({ db, clock }), makeListCuts({ db, trail, clock })),
    jobs: [{ name: 'expire-masked', everyMs: 20 * SECOND, run: makeExpireMasked({ db, clock }) }],
  }
}
