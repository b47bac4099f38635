import { queueFirstWork } from './audio-work-queries.ts'
import type { OnReceived } from './model.ts'

/** Has a new recording decoded; until then it is being processed, and its original can be heard. */
export const queueAudio: OnReceived = async (tx, { id, now }) => {
  await queueFirstWork(tx, id, now)
  return true
}
