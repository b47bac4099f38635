import type { Request, Response } from 'express'
import { Problem } from '../kernel/problem.ts'
import { dropAudioHeaders } from './audio-headers.ts'
import { chooseRange, matchesEtag, type RangeChoice } from './range.ts'
import { type AudioSender, audioSender, onListenerGone } from './send-audio.ts'

/** Bytes that a request may have, of which any part can be sent. */
export interface RangedBytes {
  readonly bytes: number
  readonly etag: string
}

/** A part of them. */
interface ByteSpan {
  readonly offset: number
  readonly length: number
}

/** Sends a span; `stop` is aborted when the listener left, and by the sender when they must stop. */
export type SendSpan = (span: ByteSpan, to: AudioSender & { readonly stop: AbortController }) => Promise<void>

/**
 * Answers GET and HEAD for bytes with ranges (RFC 9110 sections 13 and 14). Access was decided before, so neither
 * a range nor a validator tells anything to somebody who may not have them. HEAD has the headers of a plain GET:
 * RFC 9110 defines Range for GET only. Headers that describe the bytes are set already.
 */
export async function answerRanges(
  req: Request,
  res: Response,
  { bytes, etag }: RangedBytes,
  sendSpan: SendSpan,
): Promise<void> {
  if (matchesEtag(req.get('If-None-Match'), etag)) return void res.status(304).end()
  if (req.method === 'HEAD') return void res.setHeader('Content-Length', bytes).status(200).end()
  const choice = chooseRange({ range: req.get('Range'), ifRange: req.get('If-Range'), etag, bytes })
  const span = spanOf(res, choice, bytes)
  try {
    await deliver(res, { span, isPartial: choice.kind === 'span', bytes }, sendSpan)
  } catch (error) {
    if (!res.headersSent) dropAudioHeaders(res)
    throw error
  }
}

async function deliver(
  res: Response,
  { span, isPartial, bytes }: { span: ByteSpan; isPartial: boolean; bytes: number },
  sendSpan: SendSpan,
): Promise<void> {
  const stop = new AbortController()
  const stopWatching = onListenerGone(res, () => stop.abort())
  const head = (): void => {
    if (isPartial) res.setHeader('Content-Range', contentRange(span, bytes))
    res.setHeader('Content-Length', span.length)
    res.status(isPartial ? 206 : 200)
  }
  try {
    await sendSpan(span, { ...audioSender(res, head), stop })
  } finally {
    stopWatching()
  }
}

function spanOf(res: Response, choice: RangeChoice, bytes: number): ByteSpan {
  if (choice.kind === 'full') return { offset: 0, length: bytes }
  if (choice.kind === 'span') return { offset: choice.offset, length: choice.length }
  dropAudioHeaders(res)
  res.setHeader('Content-Range', `bytes */${bytes}`)
  res.setHeader('Accept-Ranges', 'bytes')
  throw new Problem('range_not_satisfiable')
}

const contentRange = ({ offset, length }: ByteSpan, bytes: number): string =>
  `bytes ${offset}-${offset + length - 1}/${bytes}`
