import { Problem } from '../kernel/problem.ts'
import { ObjectStoreError } from '../storage/object-store.ts'

/** Connection refused, reset or lost, and what PostgreSQL answers while it starts, stops or is full. */
const CONNECTION_CODE = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|08|57P0|53300)/
const CONNECTION_MESSAGE = /timeout exceeded|timeout expired|Connection terminated/

/**
 * Whether a part of the service was away, so that the failure says nothing of the recording: however often it
 * happens, the work stays to be done.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof ObjectStoreError) return error.kind !== 'missing'
  if (error instanceof Problem) return error.code === 'unavailable' || error.code === 'storage_full'
  if (!(error instanceof Error)) return false
  return (
    CONNECTION_CODE.test(String((error as NodeJS.ErrnoException).code)) ||
    CONNECTION_MESSAGE.test(error.message)
  )
}
