import { Readable } from 'node:stream'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { HOUR } from '../kernel/units.ts'
import type { Outbound } from '../outbound/send.ts'
import { counted } from './cut-to-scope.ts'
import { close } from './deliver-disclosure.ts'
import { markAllSent, markOpened } from './delivery-queries.ts'
import { type DisclosureRow, lockDisclosure, recordingsOf } from './disclosure-queries.ts'
import { judgeAgain } from './disclosures.ts'
import { tellMembers } from './tell-members.ts'

export interface PushPorts {
  readonly db: Database
  readonly clock: Clock
  readonly outbound: Pick<Outbound, 'send'>
}

/** What is sent: a package that was built for the same privacy request. */
export interface PackageToPush {
  readonly bytes: number
  readonly sha256: Buffer
  readonly mediaType: string
  open(): Readable
}

const LONGEST_MS = 6 * HOUR

/**
 * Sends a member's package straight to the controller of their choice (Art. 20(2) GDPR), to the address that the
 * member confirmed with the request: once two officers have approved the disclosure. It is on record before the first byte leaves.
 * Throws Problem `not_found`; `not_open` while one of them is missing or when it was sent; `unavailable` when the other
 * side did not take it: then it may be tried again.
 */
export function makePushPackage({ db, clock, outbound }: PushPorts) {
  async function begin(id: string): Promise<DisclosureRow & { push_url: string }> {
    return db.transaction().execute(async (tx) => {
      const row = await lockDisclosure(tx, idToLookUp(id), 'any')
      if (!row) throw new Problem('not_found')
      if (row.state !== 'approved' || row.push_url === null || row.push_confirmed_at === null)
        throw new Problem('not_open')
      const at = clock.now()
      await judgeAgain(tx, row, at)
      const recordings = await recordingsOf(tx, row.id)
      for (const { n } of recordings) await markOpened(tx, row.id, n, at)
      const opened = { type: 'disclosure.audio_opened', action: 'R', outcome: 'ok', at, actor: null } as const
      await appendAudit(
        tx,
        ...recordings.map(({ recordingId }) => ({ ...opened, recordingId, detail: { disclosure: row.id } })),
      )
      await tellMembers(tx, row, at)
      return { ...row, push_url: row.push_url }
    })
  }

  return async function pushPackage(disclosureId: string, file: PackageToPush): Promise<void> {
    const row = await begin(disclosureId)
    const done = { sha256: Buffer.alloc(0), bytes: 0 }
    const { status } = await outbound
      .send({
        method: 'POST',
        url: row.push_url,
        headers: {
          'content-type': file.mediaType,
          'content-length': String(file.bytes),
          // RFC 9530, so that the other side knows that it has what we sent.
          'repr-digest': `sha-256=:${file.sha256.toString('base64')}:`,
        },
        body: Readable.from(counted(file.open(), done, nothingToAsk), { objectMode: false }),
        timeoutMs: LONGEST_MS,
      })
      .catch((cause: unknown) => {
        throw new Problem('unavailable', { cause })
      })
    if (status < 200 || status >= 300) throw new Problem('unavailable', { detail: `It answered ${status}.` })
    const at = clock.now()
    await db.transaction().execute(async (tx) => {
      await markAllSent(tx, row.id, { ...done, at })
      const detail = { disclosure: row.id, bytes: done.bytes, sha256: done.sha256.toString('hex') }
      const sent = { type: 'disclosure.package_sent', action: 'E', outcome: 'ok', actor: null } as const
      await appendAudit(tx, { ...sent, at, entities: [row.entity], detail })
      await close(tx, row, at)
    })
  }
}

const nothingToAsk = async (): Promise<void> => {}
