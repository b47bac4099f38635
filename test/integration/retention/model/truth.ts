import { DAYS, type Purpose } from './rules.ts'

/**
 * What the test itself knows of every recording, in whole days and without any code of the service.
 * It errs to one side only: `isKeptByPurpose` is true when nobody could justify a destruction.
 */

export interface TagTruth {
  readonly purpose: Purpose
  /** Day of the call, for purposes that count from it. */
  readonly callDay: number
  /** Days after the event; new rules may change those of training. */
  days: number
  ended: boolean
  /** Once over, nothing revives a purpose. */
  over: boolean
}

export interface RecordingTruth {
  readonly id: string
  readonly callDay: number
  readonly member: number
  readonly policy: number
  readonly tags: Map<Purpose, TagTruth>
  readonly holds: Set<string>
  readonly locks: Set<string>
  restricted: boolean
  gone: boolean
}

export interface BookTruth {
  readonly days: number
  readonly effectiveDay: number
  readonly approvedDay: number
  readonly lengthens: boolean
}

interface Report {
  readonly ended: boolean
  readonly at: number
}

export class Truth {
  readonly recordings = new Map<string, RecordingTruth>()
  readonly policies = new Map<number, Report[]>()
  /** Open holds by id: what they cover when it arrives later. */
  readonly holds = new Map<
    string,
    { readonly by: string; readonly covers?: (one: RecordingTruth) => boolean }
  >()
  today = 0
  next = 0
  looks = 0
  /** Rule versions for training in the order of their approval. */
  readonly books: BookTruth[] = [{ days: 10, effectiveDay: -1000, approvedDay: -1000, lengthens: false }]

  get currentBook(): BookTruth | undefined {
    const begun = this.books.filter(({ effectiveDay }) => effectiveDay <= this.today)
    return begun.toSorted((a, b) => a.effectiveDay - b.effectiveDay).at(-1)
  }

  daysOf = (purpose: Purpose): number =>
    purpose === 'training' ? (this.currentBook?.days ?? 0) : DAYS[purpose]

  /** A shorter period reaches what exists after fourteen days of notice, a longer one only with a ground. */
  rulesWereApplied(): void {
    const book = this.currentBook
    if (!book) return
    const mayShorten = this.today >= Math.max(book.effectiveDay, book.approvedDay + 14)
    for (const { tags } of this.recordings.values()) {
      const tag = tags.get('training')
      if (!tag || tag.over || tag.ended) continue
      if (book.days < tag.days ? mayShorten : book.lengthens) tag.days = book.days
    }
  }

  /** Day on which the policy ended, or undefined while it runs. */
  policyEnd(policy: number): number | undefined {
    const last = (this.policies.get(policy) ?? []).toSorted((a, b) => a.at - b.at).at(-1)
    return last?.ended ? Math.floor(last.at) : undefined
  }

  lastDay(one: RecordingTruth, tag: TagTruth): number | undefined {
    if (tag.purpose !== 'contract') return tag.callDay + tag.days
    const end = this.policyEnd(one.policy)
    return end === undefined ? undefined : end + DAYS.contract
  }

  /** To be called whenever time or facts have changed. */
  settle(): void {
    for (const one of this.recordings.values())
      for (const tag of one.tags.values()) {
        const last = this.lastDay(one, tag)
        if (last !== undefined && this.today > last) tag.over = true
      }
  }

  isProtected = (one: RecordingTruth): boolean => one.holds.size > 0 || one.locks.size > 0 || one.restricted

  isKeptByPurpose(one: RecordingTruth): boolean {
    return [...one.tags.values()].some((tag) => {
      if (tag.ended || tag.over) return false
      const last = this.lastDay(one, tag)
      return last === undefined || this.today <= last
    })
  }
}
