import { readFile } from 'node:fs/promises'
import { Temporal } from 'temporal-polyfill'

const FOLDER = new URL('./demo-calls/', import.meta.url)
const ZONE = 'Europe/Amsterdam'

/** One call of `demo-calls/calls.json`: dates are given as distance from the first start. */
export interface DemoCall {
  readonly file: string
  readonly mediaType: string
  readonly seconds: number
  readonly daysAgo: number
  /** Time of day in Amsterdam, `HH:MM`. */
  readonly time: string
  readonly memberRef: string | null
  readonly agentRef: string
  readonly team: string
  readonly entity: string
  readonly product: string
  readonly direction: 'inbound' | 'outbound'
  readonly noticeVersion: string
  readonly purposes: readonly string[]
  readonly sensitivity: readonly string[]
  readonly channels?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
}

export async function readDemoCalls(): Promise<DemoCall[]> {
  return JSON.parse(await readFile(new URL('calls.json', FOLDER), 'utf8')) as DemoCall[]
}

export const readDemoAudio = (call: DemoCall): Promise<Buffer<ArrayBuffer>> =>
  readFile(new URL(call.file, FOLDER))

/** The `metadata` part of the upload, as a telephone system would write it. */
export function demoMetadata(call: DemoCall, firstStart: Date) {
  const { file, mediaType, seconds, daysAgo, time, ...facts } = call
  const startedAt = Temporal.Instant.fromEpochMilliseconds(firstStart.getTime())
    .toZonedDateTimeISO(ZONE)
    .subtract({ days: daysAgo })
    .withPlainTime(time)
    .toInstant()
  return {
    callId: `demo-${file}`,
    startedAt: startedAt.toString(),
    endedAt: startedAt.add({ seconds }).toString(),
    language: 'nl',
    ...facts,
  }
}
