import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { verifySigned } from '../../../src/audit/sign.ts'
import { CertificateSchema, sha256Of } from '../../../src/recordings/certify.ts'
import { persons } from '../../support/tokens.ts'
import { CARD, type CardFormat, cardCall, expectSilenced, IN_PLACE, lateIndex } from './card-call.ts'
import { member, officer, type RedactStage, setRedactStage } from './redact-stage.ts'

const PAYMENT = { ...CARD, reason: 'payment' } as const

let stage: RedactStage
beforeAll(async () => {
  stage = await setRedactStage()
})
afterEach(() => {
  stage.faults.before = {}
})
afterAll(() => stage.close())

const audioOf = (id: string, rendition = 'original') =>
  stage.call(member, 'GET', `/v1/recordings/${id}/audio?rendition=${rendition}`)

const certificatesOf = async (id: string) => {
  const { body } = await stage.call(officer, 'GET', `/v1/certificates?recordingId=${id}`)
  return body.items as { certificate: Record<string, unknown> & { no: number }; jws: string }[]
}

const namesOf = async (id: string): Promise<string[]> =>
  (await stage.versions(id)).map(({ key }) => key.slice(key.lastIndexOf('/') + 1)).sort()

const eventsOf = async (id: string): Promise<string[]> => {
  const rows = await stage.db
    .selectFrom('audit_event')
    .select('type')
    .where('recording_id', '=', id)
    .where('type', 'in', [
      'recording.payment_found',
      'recording.audio_replaced',
      'recording.versions_destroyed',
    ])
    .orderBy('occurred_at')
    .execute()
  return rows.map(({ type }) => type)
}

describe('payment data that is found later', () => {
  it.each(['wav mulaw', 'mp3', 'ogg opus', 'short m4a, index last'] as const satisfies CardFormat[])(
    'is replaced by silence in %s, and the rest is as it was',
    async (format) => {
      const { bytes, mediaType } = await cardCall(format)
      const id = await stage.receive(bytes, { mediaType })
      await stage.work()
      expect((await audioOf(id, 'playback')).status).toBe(200)
      const before = await stage.versions(id)

      expect((await stage.silence(id, [PAYMENT])).status).toBe(202)
      for (const rendition of ['original', 'playback']) {
        const refused = await audioOf(id, rendition)
        expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      }

      await stage.work()
      const original = await audioOf(id)
      expect(original.status).toBe(200)
      await expectSilenced(original.bytes)
      await expectSilenced((await audioOf(id, 'playback')).bytes)
      const inPlace = IN_PLACE.has(format)
      expect(original.headers.get('content-type')).toBe(inPlace ? 'audio/wav' : 'audio/flac')
      if (inPlace) expectSameElsewhere(original.bytes, bytes)
      const old = new Set(before.map(({ key, versionId }) => `${key} ${versionId}`))
      const after = await stage.versions(id)
      expect(after.filter(({ key, versionId }) => old.has(`${key} ${versionId}`))).toEqual([])
      expect(await eventsOf(id)).toEqual([
        'recording.payment_found',
        'recording.audio_replaced',
        'recording.versions_destroyed',
      ])
    },
  )

  it('is found in a file whose index lies behind its sound', async () => {
    const { bytes, mediaType } = await lateIndex()
    const id = await stage.receive(bytes, { mediaType })
    await stage.silence(id, [PAYMENT])
    await stage.work()
    expect((await audioOf(id)).headers.get('content-type')).toBe('audio/flac')
  })

  it('is certified, in the one chain of certificates, and on no list of destroyed recordings', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    await stage.work()
    await stage.silence(id, [PAYMENT])
    await stage.work()
    const [one, ...more] = await certificatesOf(id)
    if (!one) throw new Error('there is no certificate')
    expect(more).toEqual([])
    expect(verifySigned(one.jws, [stage.signer.publicJwk])).toBe(JSON.stringify(one.certificate))
    expect(CertificateSchema.parse(one.certificate)).toMatchObject({
      recordingId: id,
      recordClass: 'replaced-version',
      method: 'version-delete',
      authority: { kind: 'payment-finding', rules: [], ruleBook: null },
      purposes: [],
      renditions: ['masked', 'original', 'playback', 'waveform'],
      versionsRemoved: 4,
      approvers: [{ role: 'privacy_officer' }],
    })
    const byNumber = await stage.call(member, 'GET', `/v1/certificates/${one.certificate.no}`)
    expect(byNumber.body).toEqual(one)
    for await (const page of stage.store.listVersions('destruction-list/')) expect(page).toEqual([])
    await expectNumberKept(one)

    // The recording's own certificate comes on top, and follows.
    await stage.db.updateTable('recording').set({ status: 'destroying' }).where('id', '=', id).execute()
    const claim = await stage.purge.claimUnfinished(id)
    if (!claim) throw new Error('the destruction could not be taken over')
    await stage.purge.destroy([claim])
    const own = (await certificatesOf(id)).map(({ certificate }) => certificate)
    expect(own.map(({ recordClass }) => recordClass)).toEqual(['replaced-version', 'telephone-recording'])
    expect(own[1]).toMatchObject({
      no: one.certificate.no + 1,
      previousSha256: sha256Of(JSON.stringify(one.certificate)),
    })
    const late = await stage.silence(id, [PAYMENT])
    expect([late.status, late.body.detail]).toEqual([410, `Its certificate has number ${own[1]?.no}.`])
  })

  it('is for privacy officers of the entity to report, and for nobody else', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    for (const claims of [member, persons.recorder(), persons.coach(), persons.recordsManager()])
      expect((await stage.silence(id, [PAYMENT], claims)).status).toBe(403)
    const elsewhere = persons.privacyOfficer({ entity: ['hmbs-advies'] })
    expect((await stage.silence(id, [PAYMENT], elsewhere)).status).toBe(404)
    expect((await stage.silence('6f1b2c3d-0000-4000-8000-000000000000', [PAYMENT])).status).toBe(404)
    for (const ranges of [
      [],
      [{ ...PAYMENT, reason: 'hold' }],
      [{ ...PAYMENT, toSeconds: 1 }],
      [{ ...PAYMENT, fromSeconds: -1 }],
      [{ ...PAYMENT, note: 'card' }],
    ])
      expect((await stage.silence(id, ranges)).body.code).toBe('invalid_request')
    expect((await audioOf(id)).status).toBe(200)
    expect((await stage.silence(id, [PAYMENT])).body).toMatchObject({ id, audio: { silenced: true } })
  })

  it('cannot be taken out where nothing can decode it: nobody hears it then, and WAV needs no decoder', async () => {
    const bare = await setRedactStage({ engine: 'none' })
    try {
      const { bytes, mediaType } = await cardCall('mp3')
      const id = await bare.receive(bytes, { mediaType })
      await bare.silence(id, [PAYMENT])
      await bare.work()
      const rows = await bare.db.selectFrom('audio_work').select(['kind', 'state', 'reason']).execute()
      expect(rows).toEqual([{ kind: 'redact', state: 'parked', reason: 'cannot_silence' }])
      const path = `/v1/recordings/${id}/audio?rendition=original`
      expect((await bare.call(member, 'GET', path)).status).toBe(503)
      const plain = await bare.receive((await cardCall('wav alaw')).bytes)
      await bare.silence(plain, [PAYMENT])
      await bare.work()
      const heard = await bare.call(member, 'GET', `/v1/recordings/${plain}/audio?rendition=original`)
      await expectSilenced(heard.bytes)
    } finally {
      await bare.close()
    }
  })
})

/** A restored backup learns of the certificate from outside the database, and takes nothing else from it. */
async function expectNumberKept({ certificate, jws }: Awaited<ReturnType<typeof certificatesOf>>[number]) {
  const { db } = stage
  const head = await db.selectFrom('certificate_head').selectAll().executeTakeFirstOrThrow()
  await db.deleteFrom('certificate').where('no', '=', certificate.no).execute()
  const before = { no: certificate.no - 1, sha256: String(certificate.previousSha256) }
  await db.updateTable('certificate_head').set(before).execute()
  expect(await stage.replay()).toEqual({ destroyed: 0, unfinished: 0, setAside: 0, certificates: 1 })
  expect(await db.selectFrom('certificate_head').selectAll().executeTakeFirstOrThrow()).toEqual(head)
  const row = await db
    .selectFrom('certificate')
    .select(['jws', 'subject'])
    .where('no', '=', certificate.no)
    .executeTakeFirstOrThrow()
  expect(row).toEqual({ jws, subject: 'version' })
  expect((await audioOf(String(certificate.recordingId))).status).toBe(200)
}

/** Byte by byte, but for the samples of the range. */
function expectSameElsewhere(now: Buffer, before: Buffer): void {
  const data = before.indexOf('data') + 8
  const perSecond = before.readUInt32LE(28)
  const [from, to] = [CARD.fromSeconds, CARD.toSeconds].map((at) => data + at * perSecond) as [number, number]
  expect(now.subarray(0, from).equals(before.subarray(0, from))).toBe(true)
  expect(now.subarray(to).equals(before.subarray(to, now.length))).toBe(true)
}

describe('while it is being taken out', () => {
  it('more that is found goes as well, before the new original is known', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    await stage.silence(id, [{ ...PAYMENT, toSeconds: 3 }])
    stage.faults.before.put = once(() => stage.silence(id, [{ ...PAYMENT, fromSeconds: 2.9 }]))
    await expect(stage.redact(id)).rejects.toThrow('more was found')
    await stage.work()
    await expectSilenced((await audioOf(id)).bytes)
    expect(await certificatesOf(id)).toHaveLength(1)
  })

  it('more that is found goes as well, after the new original is known', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    await stage.silence(id, [{ ...PAYMENT, toSeconds: 3 }])
    stage.faults.before.removeVersions = once(() => stage.silence(id, [{ ...PAYMENT, fromSeconds: 3 }]))
    await stage.work()
    await expectSilenced((await audioOf(id)).bytes)
    const [one, ...more] = await certificatesOf(id)
    expect([one?.certificate.renditions, more]).toEqual([['original', 'original'], []])
  })

  it('nothing that was being made of the old original is kept', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    stage.faults.before.put = once(() => stage.silence(id, [PAYMENT]))
    await stage.work()
    expect(await namesOf(id)).toEqual([
      'masked.m4a.age',
      'original.age',
      'playback.m4a.age',
      'waveform.dat.age',
    ])
    for (const rendition of ['original', 'playback'])
      await expectSilenced((await audioOf(id, rendition)).bytes)
  })

  it('a destruction of the whole recording goes first', async () => {
    const { bytes } = await cardCall('wav pcm')
    const id = await stage.receive(bytes)
    await stage.silence(id, [PAYMENT])
    const destroying = { status: 'destroying' } as const
    stage.faults.before.put = once(() =>
      stage.db.updateTable('recording').set(destroying).where('id', '=', id).execute(),
    )
    await expect(stage.redact(id)).rejects.toThrow('being destroyed')
    expect(await namesOf(id)).toEqual(['original.age'])
    expect(await stage.redact(id)).toBe('done')
    const claim = await stage.purge.claimUnfinished(id)
    await stage.purge.destroy(claim ? [claim] : [])
    expect((await certificatesOf(id)).map(({ certificate }) => certificate.recordClass)).toEqual([
      'telephone-recording',
    ])
    expect(
      await stage.db.selectFrom('replaced_version').selectAll().where('recording_id', '=', id).execute(),
    ).toEqual([])
  })
})

function once(act: () => Promise<unknown>): () => Promise<void> {
  let done = false
  return async () => {
    if (done) return
    done = true
    await act()
  }
}
