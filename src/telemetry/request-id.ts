import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** The id of the request being served, for logs and audit rows; undefined in background work. */
export const currentRequestId = (): string | undefined => storage.getStore()

export const runWithRequestId = (requestId: string, run: () => void): void => storage.run(requestId, run)
