import { isId } from '../kernel/ids.ts'
import type { ObjectVersion, OpenUpload } from '../storage/object-store.ts'
import type { Evidence } from './fsck-findings.ts'
import type { FsckRow } from './fsck-queries.ts'

/** All that one listing has of one recording; `id` is null for a key that is not one of ours. */
interface Group<T> {
  readonly id: string | null
  readonly items: readonly T[]
}

const KEY = /^recordings\/([^/]+)\/[a-z0-9]+(?:\.[a-z0-9]+)*\.age$/

/** The recording that a key belongs to, or null when the key is not of our making. */
export function recordingOf(key: string): string | null {
  const id = KEY.exec(key)?.[1]
  return id !== undefined && isId(id) ? id : null
}

/** Gathers neighbouring entries of the same recording; holds one recording at a time. */
async function* grouped<T extends { readonly key: string }>(
  pages: AsyncIterable<readonly T[]>,
): AsyncGenerator<Group<T>> {
  let id: string | null = null
  let items: T[] = []
  for await (const page of pages) {
    for (const item of page) {
      const owner = recordingOf(item.key)
      if (items.length > 0 && (owner === null || owner !== id)) {
        yield { id, items }
        items = []
      }
      id = owner
      items.push(item)
    }
  }
  if (items.length > 0) yield { id, items }
}

export type Met = { readonly evidence: Evidence } | { readonly foreignKey: string }

/**
 * Walks rows, versions and uploads side by side, all sorted by recording id, and yields what belongs
 * together. Memory does not grow with the number of recordings.
 */
export async function* sideBySide(
  rows: AsyncIterable<FsckRow>,
  versionPages: AsyncIterable<readonly ObjectVersion[]>,
  uploadPages: AsyncIterable<readonly OpenUpload[]>,
): AsyncGenerator<Met> {
  await using row = peekable(rows)
  await using versions = peekable(grouped(versionPages))
  await using uploads = peekable(grouped(uploadPages))
  for (;;) {
    const foreign = (await takeForeign(versions)) ?? (await takeForeign(uploads))
    if (foreign) {
      yield { foreignKey: foreign }
      continue
    }
    const id = least([await row.peek(), await versions.peek(), await uploads.peek()])
    if (id === undefined) return
    yield {
      evidence: {
        id,
        row: await row.takeOf(id),
        versions: (await versions.takeOf(id))?.items ?? [],
        uploads: (await uploads.takeOf(id))?.items ?? [],
      },
    }
  }
}

async function takeForeign<T extends { readonly key: string }>(groups: Peekable<Group<T>>) {
  return (await groups.takeOf(null))?.items[0]?.key
}

/** The smallest id at the heads of the three lists. */
const least = (heads: readonly ({ readonly id: string | null } | undefined)[]): string | undefined =>
  heads
    .flatMap((head) => head?.id ?? [])
    .reduce<string | undefined>((low, id) => (low === undefined || id < low ? id : low), undefined)

interface Peekable<T> extends AsyncDisposable {
  peek(): Promise<T | undefined>
  /** Takes the head of the list if it is of this id. */
  takeOf(id: string | null): Promise<T | undefined>
}

function peekable<T extends { readonly id: string | null }>(source: AsyncIterable<T>): Peekable<T> {
  const iterator = source[Symbol.asyncIterator]()
  let ahead: Promise<IteratorResult<T>> | undefined
  const peek = async (): Promise<T | undefined> => {
    ahead ??= iterator.next()
    const { done, value } = await ahead
    return done ? undefined : value
  }
  return {
    peek,
    async takeOf(id) {
      const head = await peek()
      if (head?.id !== id) return undefined
      ahead = undefined
      return head
    },
    async [Symbol.asyncDispose]() {
      await iterator.return?.()
    },
  }
}
