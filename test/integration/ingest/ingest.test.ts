import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIB } from '../../../src/kernel/units.ts'
import { RecordingSchema } from '../../../src/recordings/present.ts'
import { decryptAgeFile } from '../../../src/storage/age/index.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { AUDIO_FORMATS, testAudio } from '../../support/audio.ts'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  auditTrail,
  contents,
  deliver,
  eventually,
  type IngestApp,
  metadata,
  post,
  rawRequest,
  startIngestApp,
} from './ingest-app.ts'

let app: IngestApp
beforeAll(async () => {
  app = await startIngestApp()
})
afterAll(() => app.close())

/** The plain bytes of a recording, opened with nothing but its stored object and its stored key. */
async function openStored(id: string): Promise<Buffer> {
  const key = renditionKey(id, 'original')
  const head = await app.store.head(key)
  const body = await app.store.open(key, { offset: 0, length: head?.bytes ?? 0 }, AbortSignal.timeout(10_000))
  const row = await app.db
    .selectFrom('recording_key')
    .selectAll()
    .where('recording_id', '=', id)
    .executeTakeFirstOrThrow()
  const identity = await app.keyring.unwrap({ kekId: row.kek_id, wrapped: row.wrapped }, id)
  const chunks: Buffer[] = []
  for await (const chunk of body.pipe(decryptAgeFile([identity]))) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('delivering a call', () => {
  it('stores it encrypted, with tags and an end date, and answers with the recording', async () => {
    const audio = wav(20)
    const sent = metadata(app, { sha256: sha256(audio).toUpperCase(), sensitivity: ['none'] })
    const { status, headers, body } = await deliver(app, sent, audio)

    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/v1/recordings/${body.id}`)
    expect(RecordingSchema.safeParse(body).error).toBeUndefined()
    expect(body).toMatchObject({
      status: 'available',
      callId: sent.callId,
      memberRef: 'M-1001',
      durationSeconds: 300,
    })
    expect(body.audio).toEqual({ mediaType: 'audio/wav', bytes: audio.length, sha256: sha256(audio) })
    expect(body.purposes).toHaveLength(1)
    expect(await openStored(body.id)).toEqual(audio)
    expect(await app.store.tags(renditionKey(body.id, 'original'))).toEqual({
      purpose: 'training_coaching',
      'retain-until': body.keepUntil,
      rule: `${body.purposes[0].ruleId}@${body.purposes[0].ruleVersion}`,
      hold: 'none',
      class: 'original',
    })
    expect((await auditTrail(app)).slice(-2)).toEqual(['recording.ingest_started', 'recording.ingested'])
    expect(app.inFlight.size + app.slots.active()).toBe(0)
  })

  it('keeps nothing of the plain audio in the stored object', async () => {
    const { body } = await deliver(app, metadata(app), wav(5))
    const object = await app.store.open(
      renditionKey(body.id, 'original'),
      { offset: 0, length: 500 },
      AbortSignal.timeout(9999),
    )
    const chunks: Buffer[] = []
    for await (const chunk of object) chunks.push(chunk as Buffer)
    const start = Buffer.concat(chunks).toString('latin1')
    expect(start.startsWith('age-encryption.org/v1\n')).toBe(true)
    expect(start).not.toContain('RIFF')
  })

  it.each(AUDIO_FORMATS)('takes %s from a real encoder', async (format) => {
    const audio = await testAudio(format)
    const { status, body } = await deliver(app, metadata(app), audio.bytes)
    expect(status).toBe(201)
    expect(body.audio).toMatchObject({ mediaType: audio.mediaType, sha256: sha256(audio.bytes) })
  })

  it('takes a file of exactly one encryption chunk, and the smallest file there is', async () => {
    for (const bytes of [65_536, 65_537, 131_072, 45]) {
      const audio = Buffer.concat([wav(10)]).subarray(0, bytes)
      const { status, body } = await deliver(app, metadata(app), audio)
      expect(status).toBe(201)
      expect(await openStored(body.id)).toEqual(audio)
    }
  })

  it('takes the metadata as a file part too, as curl sends it from a file', async () => {
    const part = { ...metadataPart(metadata(app)), fileName: 'call.json', type: 'application/json' }
    const { status, body } = await post(app, formBody([part, audioPart(wav(1))]))
    expect(status).toBe(201)
    expect(body.audio.bytes).toBe(wav(1).length)
  })

  it('T17: a call of no single member is unlinked, and there is no number by which members could be guessed', async () => {
    const { status, body } = await deliver(app, metadata(app, { memberRef: null }), wav(1))
    expect(status).toBe(201)
    expect(body.status).toBe('unlinked')
    for (const more of [{ callerNumber: '0201234567' }, { memberRef: ['M-1001', 'M-2002'] }])
      expect((await deliver(app, metadata(app, { memberRef: null, ...more } as never), wav(1))).status).toBe(
        422,
      )
  })

  it('joins several purposes in the object tags and lets the longest decide', async () => {
    const purposes = ['training_coaching', 'service_quality', 'fraud_prevention']
    const { status, body } = await deliver(app, metadata(app, { purposes }), wav(1))
    expect(status).toBe(201)
    const tags = await app.store.tags(renditionKey(body.id, 'original'))
    expect(tags.purpose).toBe('fraud_prevention+service_quality+training_coaching')
    expect(tags['retain-until']).toBe(body.keepUntil ?? 'open')
  })

  it('never lets the file name go anywhere', async () => {
    for (const name of [
      '../../etc/passwd',
      'C:\\x',
      'a%0d%0aX-Evil: 1.wav',
      'CON',
      'x'.repeat(4000),
      '\u202egnp.wav',
    ]) {
      const { status, body } = await post(
        app,
        formBody([metadataPart(metadata(app)), audioPart(wav(1), 'audio/wav', name)]),
      )
      expect(status).toBe(201)
      expect(JSON.stringify(body)).not.toContain('passwd')
    }
  })

  it('takes old calls from an importer, as long as something still keeps them', async () => {
    const day = 86_400_000
    const old = (days: number) => new Date(app.clock.now().getTime() - days * day).toISOString()
    const call = metadata(app, { startedAt: old(100), endedAt: old(100) })
    expect((await deliver(app, call, wav(1), { token: app.importer })).status).toBe(201)
    const over = metadata(app, { startedAt: old(400), endedAt: old(400), noticeVersion: '2024-01' })
    const refused = await deliver(app, over, wav(1), { token: app.importer })
    expect([refused.status, refused.body.code]).toEqual([422, 'nothing_to_keep'])
  })

  it('holds a large file in constant memory', async () => {
    const piece = Buffer.alloc(MIB, 7)
    const pieces = 300
    const big = await startIngestApp({ maxBytes: 400 * MIB })
    const [start, end] = splitForm(formBody([metadataPart(metadata(big)), audioPart(wav(1))]), wav(1))
    const request = await rawRequest(big, {
      'Content-Length': String(start.length + pieces * MIB + end.length),
    })
    const base = process.memoryUsage().external
    let peak = 0
    request.socket.write(start)
    for (let sent = 0; sent < pieces; sent += 1) {
      if (!request.socket.write(piece)) await once(request.socket, 'drain')
      peak = Math.max(peak, process.memoryUsage().external - base)
    }
    request.socket.write(end)
    await eventually(() => request.answer().includes('}'), 'an answer')
    request.socket.destroy()
    expect(request.answer()).toMatch(/^HTTP\/1.1 201 /)
    expect((await contents(big)).versions).toBe(1)
    expect(peak).toBeLessThan(100 * MIB)
    await big.close()
  })
})

/** The bytes of a form before the end of its audio, and after it. */
function splitForm(form: Buffer, audio: Buffer): [Buffer, Buffer] {
  const end = form.indexOf(audio) + audio.length
  return [form.subarray(0, end), form.subarray(end)]
}
