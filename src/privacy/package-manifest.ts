import { z } from 'zod'
import { isId } from '../kernel/ids.ts'

/** Names this version of the list, so that a reader knows what to expect. */
export const MANIFEST_SCHEMA = 'urn:listenback:package:1'

export const MANIFEST = 'manifest.json'
/** The list once more, signed: it holds the hash of every other file, so it vouches for all of them. */
export const MANIFEST_SIGNATURE = 'manifest.jws'

/** What every package has beside its recordings. */
export const COMMON_FILES = [
  'index.html',
  'article15.json',
  'recipients.json',
  'access-log.json',
  'withheld.json',
] as const
export type CommonFile = (typeof COMMON_FILES)[number]

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const ManifestSchema = z
  .strictObject({
    schema: z.literal(MANIFEST_SCHEMA),
    packageId: z.uuid(),
    kind: z.enum(['access', 'portability']),
    generatedAt: z.iso.datetime(),
    recordings: z
      .array(z.strictObject({ id: z.uuid(), status: z.enum(['included', 'withheld']) }))
      .meta({ description: 'Every recording that was asked for; withheld.json says why one is left out' }),
    files: z
      .array(
        z.strictObject({
          name: z.string(),
          mediaType: z.string(),
          bytes: z.int().min(0),
          sha256: Sha256.meta({ description: 'Lower-case hexadecimal' }),
        }),
      )
      .meta({ description: 'Every file but this list and its signature' }),
  })
  .meta({ id: 'PackageManifest' })

export type Manifest = z.output<typeof ManifestSchema>

export const audioName = (recordingId: string, extension: string): string =>
  `recordings/${recordingId}/audio.${extension}`
export const playbackName = (recordingId: string): string => `recordings/${recordingId}/playback.m4a`
export const recordName = (recordingId: string): string => `recordings/${recordingId}/record.json`
export const vconName = (recordingId: string): string => `vcon/${recordingId}.vcon`

/** What a file of a package is, as its name tells; undefined for a name that no package of ours has. */
export type FileRole =
  | { readonly kind: 'common' | 'manifest' | 'signature' }
  | { readonly kind: 'audio' | 'playback' | 'record' | 'vcon'; readonly recordingId: string }

const OF_RECORDING = /^recordings\/([^/]+)\/(?:(audio)\.[a-z0-9]{1,5}|(playback)\.m4a|(record)\.json)$/
const OF_VCON = /^vcon\/([^/]+)\.vcon$/

export function roleOf(name: string): FileRole | undefined {
  if (name === MANIFEST) return { kind: 'manifest' }
  if (name === MANIFEST_SIGNATURE) return { kind: 'signature' }
  if ((COMMON_FILES as readonly string[]).includes(name)) return { kind: 'common' }
  const [, id = '', audio, playback] = OF_RECORDING.exec(name) ?? []
  if (isId(id)) return { kind: audio ? 'audio' : playback ? 'playback' : 'record', recordingId: id }
  const [, of = ''] = OF_VCON.exec(name) ?? []
  return isId(of) ? { kind: 'vcon', recordingId: of } : undefined
}

/** JSON for people and programs alike; the same facts always give the same bytes. */
export const jsonFile = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
