import { z } from 'zod'
import { shortDigest } from '../kernel/digest-table.ts'
import { fieldErrors } from '../kernel/field-errors.ts'
import type { FieldError } from '../kernel/problem.ts'

/** One recording as a manifest names it: where its audio is, and what is known of the call. */
export interface ImportEntry {
  /** Path below the directory, or key below the prefix; undefined when it may not be looked for. */
  readonly file: string | undefined
  readonly bytes: number | undefined
  readonly contentType: string | undefined
  /** The call's metadata as JSON, just as the `metadata` part of a delivery. */
  readonly document: string
  /** Tells rows apart: equal exactly when everything in two rows is equal. */
  readonly digest: Buffer
  /** Tells calls apart; undefined when the row does not name one. */
  readonly callKey: Buffer | undefined
  /** What is wrong with the fields that only a manifest has. */
  readonly errors: readonly FieldError[]
}

/** A row of a manifest; a line that cannot be read at all has errors and no entry. */
export interface ImportRow {
  readonly line: number
  /** Bytes of the manifest up to the end of this row. */
  readonly endsAt: number
  readonly entry: ImportEntry | undefined
  readonly errors: readonly FieldError[]
}

/** The fields of one line; throws a `FlawedLine` when the line has not their form. */
export type ReadFields = (line: string) => Readonly<Record<string, unknown>>

/** A line that cannot be taken apart into fields; the message names no value of it. */
export class FlawedLine extends Error {}

const MAX_FILE_CHARACTERS = 1024

/** Extensions of raw audio, which has no mark of its own by which to recognise it. */
const TYPES_BY_EXTENSION: Readonly<Record<string, string>> = { gsm: 'audio/gsm', g722: 'audio/g722' }

const PlaceSchema = z.object({
  file: z
    .string()
    .max(MAX_FILE_CHARACTERS, `must have at most ${MAX_FILE_CHARACTERS} characters`)
    .refine((path) => !/\p{Cc}/u.test(path), 'must not contain control characters')
    .refine(isBelow, 'must lead to a file below the directory or prefix, without . or ..'),
  bytes: z.int('must be a whole number').min(0, 'must not be negative').nullish(),
  contentType: z
    .string()
    .regex(/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/, 'must be a media type, such as audio/wav')
    .nullish(),
})

/** Fields of a manifest that are not metadata of the call. */
export const PLACE_FIELDS: readonly string[] = Object.keys(PlaceSchema.shape)

/** Relative, and every part of it a name: nothing that a file system or a store reads as a way up or out. */
function isBelow(path: string): boolean {
  const parts = path.split('/')
  return !/^[a-z]:|\\/i.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Takes the fields of a row apart; the metadata is checked where every delivery is. */
export function entryOf(fields: Readonly<Record<string, unknown>>): ImportEntry {
  const { file, bytes, contentType, ...metadata } = fields
  const place = PlaceSchema.safeParse({ file, bytes, contentType })
  const document = JSON.stringify(metadata)
  const digest = shortDigest(JSON.stringify([file ?? null, bytes ?? null, contentType ?? null, document]))
  const { entity, callId } = metadata
  const namesCall = typeof entity === 'string' && typeof callId === 'string'
  const callKey = namesCall ? shortDigest(JSON.stringify([entity, callId])) : undefined
  const read = { document, digest, callKey }
  if (place.success) {
    const { data } = place
    return {
      ...read,
      file: data.file,
      bytes: data.bytes ?? undefined,
      contentType: data.contentType ?? undefined,
      errors: [],
    }
  }
  const errors = fieldErrors(place.error)
  const isFileFine = typeof file === 'string' && errors.every(({ field }) => field !== 'file')
  return { ...read, file: isFileFine ? file : undefined, bytes: undefined, contentType: undefined, errors }
}

/** What the file is taken for until its first bytes are read. */
export const declaredTypeOf = ({ file = '', contentType }: ImportEntry): string =>
  contentType ?? TYPES_BY_EXTENSION[file.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream'
