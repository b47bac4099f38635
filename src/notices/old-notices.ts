import type { Tx } from '../db/database.ts'
import { addPeriod, dayOf, startOfDay } from '../kernel/calendar.ts'
import type { InboxPorts } from './inbox.ts'
import { deleteNoticesBefore, unlinkNotices } from './inbox-queries.ts'

/** A message is kept this long, read or not: it says that something happened, the registers say what. */
const KEPT = '-P24M'

export const makeRemoveOldNotices =
  ({ db, clock }: InboxPorts) =>
  async (): Promise<void> =>
    deleteNoticesBefore(db, startOfDay(addPeriod(dayOf(clock.now()), KEPT)))

/** In the transaction in which recordings are forgotten: no message ties a member to one of them any longer. */
export const forgetRecordings = (tx: Tx, recordingIds: readonly string[]): Promise<void> =>
  unlinkNotices(tx, recordingIds)
