import type { Request, Response } from 'express'
import { MIB, SECOND } from '../kernel/units.ts'

const LINGER_MS = SECOND
const LINGER_BYTES = MIB

/**
 * Answers a request whose body nobody will read, then closes. A socket closed with unread bytes in it
 * is reset, and the reset can reach a sender that is still writing before it has read the answer; so
 * the end of the answer waits while a bounded rest of the body is thrown away (nginx: lingering_close).
 * The answer itself is complete for the sender at once, by its Content-Length.
 */
export function sendAndLinger(req: Request, res: Response, body: string): void {
  res.setHeader('Connection', 'close')
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.write(body)
  // Out before this turn ends: a parser that fails on the rest of the body closes the socket at once.
  res.socket?.uncork()
  let thrownAway = 0
  const finish = (): void => {
    clearTimeout(timer)
    if (!res.writableEnded) res.end()
  }
  const timer = setTimeout(finish, LINGER_MS)
  req.on('data', (chunk: Buffer) => {
    thrownAway += chunk.length
    if (thrownAway > LINGER_BYTES) finish()
  })
  req.once('end', finish)
  req.once('close', finish)
  if (req.destroyed) finish()
  else req.resume()
}
