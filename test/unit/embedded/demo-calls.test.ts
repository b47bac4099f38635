import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type DemoCall, demoMetadata, readDemoAudio, readDemoCalls } from '../../../src/embedded/demo-call.ts'
import { DEMO_PEOPLE } from '../../../src/embedded/demo-people.ts'
import { SNIFF_BYTES, sniffAudio } from '../../../src/media/sniff.ts'
import { MetadataSchema } from '../../../src/recordings/schema.ts'
import { makeDeriveRetention } from '../../../src/retention/derive.ts'
import { openRules } from '../../../src/retention/rules.ts'

const FOLDER = new URL('../../../src/embedded/demo-calls/', import.meta.url)
const RULES = new URL('../../../src/retention/hmbs.yaml', import.meta.url)
const FIRST_START = new Date('2026-11-22T18:00:00Z')
const calls = await readDemoCalls()
const rules = openRules(readFileSync(RULES, 'utf8'))
const derive = makeDeriveRetention(() => rules)

const derived = (call: DemoCall, now = FIRST_START) => {
  const { callId, startedAt, endedAt, ...rest } = demoMetadata(call, FIRST_START)
  return derive(
    {
      ...rest,
      callId,
      startedAt: new Date(startedAt),
      endedAt: new Date(endedAt),
      channels: call.channels ?? null,
      links: call.links ?? {},
      silence: [],
      sha256: null,
    },
    now,
  )
}

const path = ({ file }: DemoCall) => fileURLToPath(new URL(file, FOLDER))

const probed = (call: DemoCall) => {
  const entries = 'stream=codec_name,channels:format=duration'
  const args = ['-v', 'error', '-show_entries', entries, '-of', 'json', path(call)]
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as {
    streams: [{ codec_name: string; channels: number }]
    format: { duration: string }
  }
}

describe('the demo calls', () => {
  it.each(calls)('$file fits the ingest schema and the shipped rules', (call) => {
    expect(MetadataSchema.safeParse(demoMetadata(call, FIRST_START)).error).toBeUndefined()
    expect(derived(call).tags.map(({ purpose }) => purpose)).toEqual(call.purposes)
  })

  it.each(calls)('$file is the sound that it says it is', async (call) => {
    const audio = await readDemoAudio(call)
    expect(sniffAudio(audio.subarray(0, SNIFF_BYTES), 'application/octet-stream')).toBe(call.mediaType)
    const { format, streams } = probed(call)
    expect(Math.abs(Number(format.duration) - call.seconds)).toBeLessThan(1)
    if (call.channels) expect(streams[0].channels).toBe(call.channels.length)
  })

  it('are small, of different lengths and in the codecs that telephone systems write', () => {
    const codecs = new Set(calls.map((call) => probed(call).streams[0].codec_name))
    expect(codecs).toEqual(new Set(['aac', 'mp3', 'opus', 'pcm_alaw', 'pcm_mulaw', 'pcm_s16le']))
    expect(calls.reduce((total, call) => total + statSync(path(call)).size, 0)).toBeLessThan(1_500_000)
    expect(Math.min(...calls.map(({ seconds }) => seconds))).toBeLessThan(10)
    expect(Math.max(...calls.map(({ seconds }) => seconds))).toBeGreaterThan(80)
  })

  it('belong to the members who log in, to others, and one to nobody', () => {
    const members = DEMO_PEOPLE.flatMap(({ memberRef }) => memberRef ?? [])
    const owners = new Set(calls.map(({ memberRef }) => memberRef))
    expect(owners).toEqual(new Set([...owners, ...members, null]))
    expect(owners.size).toBeGreaterThan(members.length + 1)
  })

  it('give the coach of a team a sample of several agents and members, one of whom logs in', () => {
    const pool = calls.filter(
      ({ team, entity, memberRef, daysAgo, sensitivity, purposes }) =>
        team === 'zorg' &&
        entity === 'hmbs-verzekeringen' &&
        memberRef !== null &&
        daysAgo > 1 &&
        daysAgo < 92 &&
        sensitivity.length === 0 &&
        purposes.includes('training_coaching'),
    )
    expect(new Set(pool.map(({ agentRef }) => agentRef)).size).toBeGreaterThanOrEqual(3)
    expect(new Set(pool.map(({ memberRef }) => memberRef)).size).toBeGreaterThanOrEqual(4)
    expect(pool.some(({ memberRef, agentRef }) => memberRef === 'M-1001' && agentRef === 'agent-07')).toBe(
      true,
    )
  })

  it('show a training purpose that ends within a week and one that has ended', () => {
    const trainings = calls.flatMap((call) =>
      derived(call).tags.filter((tag) => tag.purpose === 'training_coaching'),
    )
    const lastDays = trainings.map(({ retainUntil }) => retainUntil ?? '')
    expect(lastDays.some((day) => day < '2026-11-22')).toBe(true)
    expect(lastDays.some((day) => day >= '2026-11-22' && day < '2026-11-29')).toBe(true)
  })

  it.each(['2026-03-29T00:30:00Z', '2026-10-25T01:30:00Z', '2028-02-29T12:00:00Z', '2026-12-31T23:30:00Z'])(
    'can be dated from a first start at %s',
    (instant) => {
      for (const call of calls) {
        const { startedAt, endedAt } = demoMetadata(call, new Date(instant))
        expect(Date.parse(endedAt) - Date.parse(startedAt)).toBe(call.seconds * 1000)
        expect(Date.parse(endedAt)).toBeLessThan(Date.parse(instant))
      }
    },
  )
})
