import { ObjectStoreError } from './object-store.ts'

export const isGone = (error: unknown): boolean => codeOf(error) === 'ENOENT'

export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** For the steps of a removal, which are done when there is nothing left to remove. */
export function ignoreGone(error: unknown): undefined {
  if (!isGone(error)) throw error
}

/** Runs file system calls so that their errors come out as ObjectStoreError. */
export async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw translate(error)
  }
}

const KINDS: Record<string, ObjectStoreError['kind']> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
}

export function translate(error: unknown): unknown {
  const code = codeOf(error)
  if (typeof code !== 'string' || error instanceof ObjectStoreError || error instanceof TypeError)
    return error
  return new ObjectStoreError(KINDS[code] ?? 'unavailable', `the file store failed (${code})`, error)
}
