import { z } from 'zod'

export const TAG = 'Listening'

/** Any text: a malformed id must take the same way to 404 as an unknown one. */
const Id = z.string().meta({ description: 'UUID', format: 'uuid' })
export const ById = z.strictObject({ id: Id })

export const Purpose = z.string().min(1).max(64).meta({ description: 'For which purpose staff listen' })
export const CaseRef = z.string().min(1).max(100).meta({ description: 'The case for which staff listen' })
export const SampleId = z.uuid().meta({
  description:
    'In the place of purpose and caseRef: the sample for which a coach listens. Masked voices only',
})
export const Rendition = z.enum(['original', 'playback', 'masked'])
export const Channel = z.string().min(1).max(50).meta({
  description:
    'Of a call with two channels: `mix` (both parties on one channel), `1`, `2`, or the name of a party in the channels of the recording. Goes with rendition playback only, and implies it',
})
