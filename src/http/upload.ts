import { finished, PassThrough, type Readable } from 'node:stream'
import type { Request, Response } from 'express'
import multer from 'multer'
import { handOver } from '../kernel/give-back.ts'
import { Problem } from '../kernel/problem.ts'
import { KIB } from '../kernel/units.ts'
import { uploadProblem } from './upload-errors.ts'
import { maxBodyBytes, type UploadSizes } from './upload-head.ts'
import { type MinimumRate, watchRate } from './upload-rate.ts'

/** A form of exactly two parts: a small text document, and then a file of any size. */
export interface UploadForm extends UploadSizes {
  readonly documentPart: string
  readonly filePart: string
  readonly rate: MinimumRate
}

export interface Upload {
  readonly document: string
  /** Content type of the file part as its sender named it; `text/plain` when it named none. */
  readonly declaredType: string
  /** The bytes of the file, handed over, to be consumed or destroyed; errors with a Problem when the form is bad. */
  readonly body: Readable
  /** Resolves once the whole form was read and is in order; until then nothing in it may be believed. */
  readonly complete: Promise<void>
}

type FileStream = Readable & { readonly truncated: boolean }
type PartEngine = multer.StorageEngine

/**
 * Reads an upload form without keeping the file: resolves as soon as the file part starts.
 * Failures are reported at once, while multer itself waits for the end of the body first; the caller
 * answers and closes the connection. Rejects, and fails `body` and `complete`, with Problem:
 * `metadata_first`, `too_large`, `incomplete_upload`, `upload_too_slow`, `invalid_request`.
 */
export function receiveUpload(req: Request, res: Response, form: UploadForm): Promise<Upload> {
  // Broken before anybody listened (during authentication, say): no event would ever tell.
  if (req.destroyed) return Promise.reject(new Problem('incomplete_upload'))
  const arrived = Promise.withResolvers<Upload>()
  const complete = Promise.withResolvers<void>()
  const body = handOver(new PassThrough())
  let document: Promise<string> | undefined
  let hasFile = false

  // Who reads these may have given up before they fail; that must not end the process.
  complete.promise.catch(() => {})
  body.on('error', () => {})

  const fail = (problem: Problem): void => {
    arrived.reject(problem)
    complete.reject(problem)
    body.destroy(problem)
  }

  const engine: PartEngine = {
    _handleFile(_req, part, done) {
      const stream = part.stream as FileStream
      // The one place that calls back, so exactly once; never destroy the stream, multer would hang.
      finished(stream, { writable: false }, (error) => done(error ?? null, {}))
      if (part.fieldname === form.documentPart) document = collect(stream, form, fail)
      else void forward(stream, part.mimetype).catch((error: unknown) => fail(uploadProblem(error)))
    },
    _removeFile: (_req, _part, done) => done(null),
  }

  async function forward(stream: FileStream, declaredType: string): Promise<void> {
    hasFile = true
    connectFile(stream, body, fail)
    const field: unknown = req.body[form.documentPart]
    if (typeof field === 'string') document = Promise.resolve(field)
    if (document === undefined) throw new Problem('metadata_first')
    arrived.resolve({ document: await document, declaredType, body, complete: complete.promise })
  }

  const expected = (name: string): boolean =>
    name === form.filePart ? !hasFile : name === form.documentPart && document === undefined && !hasFile

  const options: multer.Options & { streamHandler: (req: Request, parser: NodeJS.WritableStream) => void } = {
    storage: engine,
    limits: formLimits(form),
    fileFilter(_req, part, accept) {
      if (expected(part.fieldname)) return accept(null, true)
      const problem = new Problem('invalid_request', { detail: 'The form has a part it should not have.' })
      fail(problem)
      accept(problem)
    },
    streamHandler(_req, parser) {
      failEarly(parser, form, fail)
      watchRate(req, form.rate, () => fail(new Problem('upload_too_slow')))
      capBody(req, maxBodyBytes(form), fail)
      req.pipe(parser)
    },
  }
  multer(options).any()(req, res, (error?: unknown) => {
    if (error) fail(uploadProblem(error))
    else if (hasFile) complete.resolve()
    else fail(new Problem('invalid_request', { detail: `The form has no file part "${form.filePart}".` }))
  })
  return arrived.promise
}

/** Every limit is stated: multer and busboy leave most of them unlimited by default. */
const formLimits = (form: UploadForm): NonNullable<multer.Options['limits']> => ({
  fileSize: form.maxFileBytes,
  fieldSize: form.maxDocumentBytes,
  // The document may come as a field or, from clients that send it with a file name, as a file.
  files: 2,
  fields: 1,
  parts: 2,
  fieldNameSize: 64,
  fieldNestingDepth: 0,
  fieldArrayIndexLimit: 0,
  headerPairs: 16,
})

/** Passes the file on; once nobody wants it any more it is still drained, as the parser requires. */
function connectFile(stream: FileStream, body: PassThrough, fail: (problem: Problem) => void): void {
  stream.pipe(body, { end: false })
  stream.once('limit', () => fail(new Problem('too_large')))
  stream.once('end', () => {
    // A file cut off at the limit ends like any other; storing it would keep half a call.
    if (stream.truncated) fail(new Problem('too_large'))
    else body.end()
  })
  stream.once('error', (error) => fail(uploadProblem(error)))
  body.once('close', () => {
    stream.unpipe(body)
    stream.resume()
  })
}

/** The whole text of a document part; failures also go to `fail`, as the file part may never come. */
function collect(stream: FileStream, form: UploadForm, fail: (problem: Problem) => void): Promise<string> {
  const { maxDocumentBytes: maxBytes, documentPart: part } = form
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
    else fail(documentTooLarge(part))
  })
  const text = new Promise<Buffer>((resolve, reject) => {
    stream.once('error', (error) => reject(uploadProblem(error)))
    stream.once('end', () => {
      if (bytes > maxBytes) reject(documentTooLarge(part))
      else resolve(Buffer.concat(chunks))
    })
  }).then((bytes) => decodeUtf8(bytes, part))
  text.catch((error: unknown) => fail(uploadProblem(error)))
  return text
}

const documentTooLarge = (part: string): Problem =>
  new Problem('too_large', { detail: `The part "${part}" is too large.` })

function decodeUtf8(bytes: Buffer, part: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new Problem('invalid_request', { detail: `The part "${part}" is not UTF-8.`, cause: error })
  }
}

function failEarly(parser: NodeJS.WritableStream, form: UploadForm, fail: (problem: Problem) => void): void {
  parser.on('error', (error: Error) => fail(uploadProblem(error)))
  parser.on('field', (name: unknown, _value: string, info: { valueTruncated: boolean }) => {
    if (name !== form.documentPart) {
      const detail = `Only "${form.documentPart}" may come without a file name; send "${form.filePart}" with one.`
      fail(new Problem('invalid_request', { detail }))
    } else if (info.valueTruncated) {
      fail(documentTooLarge(form.documentPart))
    }
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit']) {
    parser.on(limit, () => fail(new Problem('invalid_request', { detail: 'The form has too many parts.' })))
  }
}

/** Content-Length was checked before; a chunked body shows its size only as it comes. */
function capBody(req: Request, maxBytes: number, fail: (problem: Problem) => void): void {
  let bytes = 0
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) fail(new Problem('too_large'))
  })
}

/** Largest document a form may carry, for callers that have no reason to choose another. */
export const DOCUMENT_BYTES = 64 * KIB
