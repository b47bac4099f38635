import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  auditOf,
  bearer,
  type ListeningApp,
  startListeningApp,
} from './listening-app.ts'
import {
  addFacts,
  addMonoCall,
  addRendition,
  addTwoPartyCall,
  addWork,
  nameParties,
} from './two-party-call.ts'

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp()
})
afterAll(() => app.close())

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())

const listen = (id: string, query = '', headers: Record<string, string> = asMember(app), method = 'GET') =>
  fetch(`${app.url}/v1/recordings/${id}/audio${query}`, { headers, method })

/** Status, and for a refusal its code and the fields it names. */
async function refusalOf(response: Response) {
  const { code, errors } = (await response.json()) as { code: string; errors?: { field: string }[] }
  return { status: response.status, code, fields: errors?.map(({ field }) => field) }
}

const WRONG_CHANNEL = { status: 400, code: 'invalid_request', fields: ['channel'] }
const NOT_FOUND = { status: 404, code: 'not_found', fields: undefined }
const UNAVAILABLE = { status: 503, code: 'unavailable', fields: undefined }

describe('one voice or all of them', () => {
  it('is chosen by number, by the name the sender gave, or as a mix', async () => {
    const { id, made } = await addTwoPartyCall(app)
    const wanted = {
      mix: 'mix',
      '1': 'channel1',
      agent: 'channel1',
      '2': 'channel2',
      member: 'channel2',
    } as const
    for (const [channel, rendition] of Object.entries(wanted)) {
      for (const query of [`?channel=${channel}`, `?rendition=playback&channel=${channel}`]) {
        const response = await listen(id, query)
        expect([query, response.status, response.headers.get('content-type')]).toEqual([
          query,
          200,
          'audio/mp4',
        ])
        expect(await bytesOf(response)).toEqual(made[rendition])
      }
    }
  })

  it('comes in ranges and answers HEAD like every audio', async () => {
    const { id, made } = await addTwoPartyCall(app)
    const part = await listen(id, '?channel=2', { ...asMember(app), range: 'bytes=100-199' })
    expect(part.status).toBe(206)
    expect(await bytesOf(part)).toEqual(made.channel2?.subarray(100, 200))
    const head = await listen(id, '?channel=2', asMember(app), 'HEAD')
    expect(head.headers.get('content-length')).toBe(String(made.channel2?.length))
    expect(head.headers.get('etag')).toBe(part.headers.get('etag'))
  })

  it('is put on record with what was heard', async () => {
    const { id } = await addTwoPartyCall(app)
    await bytesOf(await listen(id, '?channel=member'))
    const opened = (await auditOf(app, id, 2)).find(({ type }) => type === 'recording.audio_opened')
    expect(opened?.detail).toMatchObject({ rendition: 'channel2' })
  })

  it('is refused by name for the original and the masked rendition, which have no parts', async () => {
    const { id } = await addTwoPartyCall(app)
    for (const rendition of ['original', 'masked']) {
      const response = await listen(id, `?rendition=${rendition}&channel=1`)
      expect(await refusalOf(response)).toEqual(WRONG_CHANNEL)
    }
  })

  it('is refused by name when no channel is called so, or two are', async () => {
    const { id } = await addTwoPartyCall(app)
    for (const channel of ['caller', '3', 'Member', 'toString'])
      expect(await refusalOf(await listen(id, `?channel=${channel}`))).toEqual(WRONG_CHANNEL)
    await nameParties(app, id, ['agent', 'agent'])
    expect(await refusalOf(await listen(id, '?channel=agent'))).toEqual(WRONG_CHANNEL)
    expect((await listen(id, '?channel=1', asMember(app), 'HEAD')).status).toBe(200)
  })

  it('is the playback itself where there is one channel, and a second one is refused by name', async () => {
    const { id, playback } = await addMonoCall(app)
    for (const channel of ['mix', '1', 'member'])
      expect(await bytesOf(await listen(id, `?channel=${channel}`))).toEqual(playback)
    expect(await refusalOf(await listen(id, '?channel=2'))).toEqual(WRONG_CHANNEL)
  })

  it('tells nobody anything who may not hear the call', async () => {
    const { id } = await addTwoPartyCall(app)
    const stranger = bearer(app, persons.member('M-2'))
    const unknown = await (await listen(randomUUID(), '', stranger)).text()
    for (const channel of ['mix', '2', 'agent', 'nobody'])
      expect(await (await listen(id, `?channel=${channel}`, stranger)).text()).toBe(unknown)
    const staff = bearer(app, persons.fraudAnalyst())
    expect((await refusalOf(await listen(id, '?channel=nobody', staff))).code).toBe('purpose_required')
    const heard = await listen(id, '?channel=2&purpose=fraud_prevention&caseRef=C-1', staff, 'HEAD')
    expect(heard.status).toBe(200)
  })
})

describe('what was not made', () => {
  const KINDS = {
    playback: '?rendition=playback',
    masked: '?rendition=masked',
    channels: '?channel=2',
  } as const

  it('is unavailable while it is being made, with the time to try again', async () => {
    for (const [kind, query] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
      const { id } = await addRecording(app)
      await addFacts(app, id, 2)
      await addWork(app, id, kind)
      const response = await listen(id, query)
      expect([kind, Number(response.headers.get('retry-after'))]).toEqual([kind, 10])
      expect(await refusalOf(response)).toEqual(UNAVAILABLE)
      expect(await auditOf(app, id)).toEqual([])
    }
  })

  it('is unavailable also while it is not known yet whether it will be made', async () => {
    for (const query of Object.values(KINDS)) {
      const { id } = await addRecording(app, { status: 'processing' })
      await addWork(app, id, 'playback')
      expect([query, (await listen(id, query)).status]).toEqual([query, 503])
    }
  })

  it('is not found when nobody makes it, or the work was put aside', async () => {
    for (const [kind, query] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
      const { id } = await addRecording(app)
      await addFacts(app, id, 2)
      expect(await refusalOf(await listen(id, query))).toEqual(NOT_FOUND)
      await addWork(app, id, kind, 'parked')
      expect(await refusalOf(await listen(id, query))).toEqual(NOT_FOUND)
    }
  })

  it('is not found for strangers, and forbidden for staff who may not hear it, also while it is being made', async () => {
    const { id } = await addRecording(app)
    await addWork(app, id, 'playback')
    const query = '?rendition=playback'
    expect((await listen(id, query, bearer(app, persons.member('M-2')))).status).toBe(404)
    expect((await listen(id, query, bearer(app, persons.coach()))).status).toBe(403)
  })
})

describe('a recording from which something is being taken out', () => {
  it('is heard by nobody in any form until that is done, and its playbacks are closed', async () => {
    const { id } = await addTwoPartyCall(app)
    const started = await fetch(`${app.url}/v1/recordings/${id}/playbacks`, {
      method: 'POST',
      headers: { ...asMember(app), 'content-type': 'application/json' },
      body: '{}',
    })
    const { audioUrl, waveformUrl } = (await started.json()) as { audioUrl: string; waveformUrl: string }
    const paths = [
      ...['', '?rendition=playback', '?channel=1'].map((query) => `/v1/recordings/${id}/audio${query}`),
      ...[`/v1/recordings/${id}/copy`, `/v1/recordings/${id}/waveform`, audioUrl, waveformUrl],
    ]
    const ask = async () => {
      const answers = await Promise.all(
        paths.map(async (path) => {
          const response = await fetch(app.url + path, { headers: asMember(app) })
          await response.arrayBuffer()
          return [path, response.status, response.headers.get('retry-after')]
        }),
      )
      return answers
    }
    expect(await ask()).toEqual(paths.map((path) => [path, 200, null]))
    await addWork(app, id, 'redact', 'parked')
    expect(await ask()).toEqual(paths.map((path) => [path, 503, '10']))
    await app.db.deleteFrom('audio_work').where('recording_id', '=', id).execute()
    expect(await ask()).toEqual(paths.map((path) => [path, 200, null]))
  })
})

describe('a playback', () => {
  interface Playback {
    readonly rendition: string
    readonly audioUrl: string
    readonly waveformUrl: string | null
    readonly channels: unknown
    readonly mediaType: string
  }
  const start = (id: string, body: object = {}, headers = asMember(app)) =>
    fetch(`${app.url}/v1/recordings/${id}/playbacks`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const heard = async (playback: Playback): Promise<Buffer> =>
    bytesOf(await fetch(app.url + playback.audioUrl, { headers: asMember(app) }))

  it('is of the best there is, says what that is and what else can be chosen', async () => {
    const { id, made } = await addTwoPartyCall(app)
    const playback = (await (await start(id)).json()) as Playback
    expect(playback).toMatchObject({
      rendition: 'playback',
      mediaType: 'audio/mp4',
      waveformUrl: expect.stringMatching(/^\/v1\/playbacks\/[\w-]+\/waveform$/),
      channels: [{ channel: 'mix' }, { channel: '1', label: 'agent' }, { channel: '2', label: 'member' }],
    })
    expect(await heard(playback)).toEqual(made.playback)
  })

  it('is of the original as long as nothing was made of it, and offers no choice', async () => {
    const { id, audio } = await addRecording(app, { status: 'processing' })
    await addWork(app, id, 'playback')
    const playback = (await (await start(id)).json()) as Playback
    expect(playback).toMatchObject({ rendition: 'original', waveformUrl: null, channels: [] })
    expect(await heard(playback)).toEqual(audio)
  })

  it('is of the original when that is asked for', async () => {
    const { id, made } = await addTwoPartyCall(app)
    const playback = (await (await start(id, { rendition: 'original' })).json()) as Playback
    expect(playback.rendition).toBe('original')
    expect(await heard(playback)).toEqual(made.original)
  })

  it('keeps to the party it was started for', async () => {
    const { id, made } = await addTwoPartyCall(app)
    const playback = (await (await start(id, { channel: 'member' })).json()) as Playback
    expect(playback.rendition).toBe('channel2')
    expect(await heard(playback)).toEqual(made.channel2)
    expect(await refusalOf(await start(id, { channel: 'nobody' }))).toEqual(WRONG_CHANNEL)
    expect(await refusalOf(await start(id, { channel: '1', rendition: 'original' }))).toEqual(WRONG_CHANNEL)
  })

  it('offers the parts that were made, and none of a call with one channel', async () => {
    const mono = await addMonoCall(app)
    expect(await (await start(mono.id)).json()).toMatchObject({ rendition: 'playback', channels: [] })
    const { id } = await addRecording(app)
    await addFacts(app, id, 2)
    await addRendition(app, id, { name: 'channel2', bytes: Buffer.from('sound'), mediaType: 'audio/mp4' })
    expect(await (await start(id)).json()).toMatchObject({
      rendition: 'original',
      channels: [{ channel: '2' }],
    })
  })

  it('of the masked rendition ends with the training purpose, and the picture with it', async () => {
    const { id } = await addTwoPartyCall(app)
    const playback = (await (await start(id, { rendition: 'masked' })).json()) as Playback
    const statuses = () =>
      Promise.all(
        [playback.audioUrl, playback.waveformUrl].map(
          async (url) => (await fetch(`${app.url}${url}`, { headers: asMember(app) })).status,
        ),
      )
    expect(await statuses()).toEqual([200, 200])
    await app.db
      .updateTable('purpose_tag')
      .set({ state: 'objected' })
      .where('recording_id', '=', id)
      .where('purpose', '=', 'training_coaching')
      .execute()
    expect(await statuses()).toEqual([404, 404])
  })
})
