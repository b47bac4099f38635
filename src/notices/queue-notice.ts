import type { Role } from '../access/actor.ts'
import type { Tx } from '../db/database.ts'
import { newId } from '../kernel/ids.ts'
import { type Facts, factsOf, type NoticeKind } from './notice-kinds.ts'
import { insertNotice } from './notice-queries.ts'

/** What a notice is about; the page that shows the notice links to it. */
export interface About {
  readonly type:
    | 'privacy_request'
    | 'recording'
    | 'disclosure'
    | 'hold'
    | 'rules'
    | 'break_glass'
    | 'package'
    | 'webhook'
    | 'none'
  readonly id: string | null
}

export interface NoticeWanted {
  /** One member, or everybody of a role in an entity. */
  readonly to: { readonly memberRef: string } | { readonly role: Role; readonly entity: string }
  readonly kind: NoticeKind
  readonly about: About
  /** Days, counts and codes for the text; never names of people and nothing that was said. */
  readonly facts: Facts
  readonly at: Date
  /** Names the cause: a second notice with the same key is not written. */
  readonly key: string
}

/**
 * Puts a message into the inbox in the caller's transaction, so that an act and its message happen together
 * or not at all; mail that points to it follows from a job. Throws TypeError when the text needs a fact that
 * is not given.
 */
export async function queueNotice(tx: Tx, wanted: NoticeWanted): Promise<void> {
  const missing = factsOf(wanted.kind).filter((fact) => wanted.facts[fact] === undefined)
  if (missing.length > 0) throw new TypeError(`notice ${wanted.kind} needs ${missing.join(', ')}`)
  await insertNotice(tx, { ...wanted, id: newId() })
}
