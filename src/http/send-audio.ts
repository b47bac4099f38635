import type { ServerResponse } from 'node:http'
import { giveBack } from '../kernel/give-back.ts'

/** Where verified audio leaves. */
export interface AudioSender {
  /**
   * Hands pieces to the connection in one go, behind the head when they are the first. A promise means
   * that the reader is behind: send nothing more until it resolves. Throws when the connection is closed.
   */
  send(pieces: readonly Buffer[]): Promise<void> | undefined
  /** Resolves when everything was handed over; rejects when the connection closed before. */
  end(): Promise<void>
}

/** Answers a request with audio. `head` writes status and headers, as late as possible: until then a problem can still be answered. */
export function audioSender(res: ServerResponse, head: () => void): AudioSender {
  let started = false
  return {
    send(pieces) {
      if (res.destroyed) throw new Error('the delivery was cut')
      if (!started) head()
      started = true
      // Node sends what is written in one turn with one system call, the head included.
      let hasRoom = true
      for (const piece of pieces)
        hasRoom = res.write(piece, (error) => {
          if (!error) giveBack(piece)
        })
      return hasRoom ? undefined : new Promise((resolve) => res.once('drain', resolve))
    },
    end: () =>
      new Promise((resolve, reject) => {
        if (!started) head()
        res.once('close', () => reject(new Error('the delivery was cut')))
        res.end((error?: Error) => (error ? reject(error) : resolve()))
      }),
  }
}

/** Calls back when the connection closes before the response is complete; returns how to stop listening. */
export function onListenerGone(res: ServerResponse, gone: () => void): () => void {
  const check = (): void => {
    if (!res.writableFinished) gone()
  }
  res.once('close', check)
  return () => res.off('close', check)
}
