import { hash } from 'node:crypto'

/** SHA-256. By way of text, because Node takes twice as long to give a buffer of its own, and a log has many events. */
export const sha256 = (bytes: string | Uint8Array): Buffer =>
  Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
