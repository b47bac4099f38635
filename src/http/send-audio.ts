import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'

export interface AudioSinkOptions {
  /** Writes status and headers; called once, right before the first byte. */
  readonly head: () => void
  /**
   * Asked before every chunk with its length. A promise holds the chunk back until it resolves and,
   * when it rejects, for ever. Nothing is returned when the chunk may go at once.
   */
  readonly admit: (bytes: number) => Promise<void> | undefined
}

/**
 * The end of a pipeline that answers a request. Unlike the response itself it can fail before the head
 * is out without taking the response along, so that a proper problem can still be answered. The reader's
 * pace is passed on: a chunk counts as written when the response takes more.
 */
export function audioSink(res: ServerResponse, { head, admit }: AudioSinkOptions): Writable {
  let started = false

  function send(chunk: Buffer, done: (error?: Error | null) => void): void {
    // While the chunk waited the pipeline may have been cut: then it must not leave any more.
    if (sink.destroyed || res.destroyed) {
      done(new Error('the delivery was cut'))
      return
    }
    if (!started) {
      started = true
      head()
    }
    if (res.write(chunk)) done()
    else res.once('drain', done)
  }

  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const wait = admit(chunk.length)
      if (wait === undefined) send(chunk, done)
      else wait.then(() => send(chunk, done), done)
    },
    final(done) {
      res.end(() => done())
    },
  })
  return sink
}

/** Calls back when the connection closes before the response is complete; returns how to stop listening. */
export function onListenerGone(res: ServerResponse, gone: () => void): () => void {
  const check = (): void => {
    if (!res.writableFinished) gone()
  }
  res.once('close', check)
  return () => res.off('close', check)
}
