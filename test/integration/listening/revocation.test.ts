import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR, MIB, SECOND } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  auditOf,
  bearer,
  type ListeningApp,
  NOW,
  startListeningApp,
} from './listening-app.ts'

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp()
})
afterEach(() => app.clock.set(NOW))
afterAll(() => app.close())

const ask = async (id: string, headers: Record<string, string>, query = ''): Promise<IncomingMessage> => {
  const request = get(`${app.url}/v1/recordings/${id}/audio${query}`, { headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}
const endOf = async (id: string) => {
  const events = await auditOf(app, id, 2)
  const end = events.find(({ type }) => type === 'recording.audio_delivered')
  return end && { code: end.code, outcome: end.outcome }
}

describe('an access that ends while the audio is being sent', () => {
  const STAFF_QUERY = '?purpose=fraud_prevention&caseRef=C-1'

  /** Reads a few chunks, lets the access end, reads on: how much came in all? */
  async function cutAfter(
    id: string,
    headers: Record<string, string>,
    query: string,
    end: () => Promise<unknown>,
  ) {
    const response = await ask(id, headers, query)
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    while (bytes < MIB) await once(response, 'data')
    response.pause()
    await end()
    response.resume()
    await once(response, 'close').catch(() => {})
    return { bytes, isComplete: response.complete }
  }

  const size = 64 * MIB
  let id: string
  beforeAll(async () => {
    id = (await addRecording(app, { audio: randomBytes(size) })).id
  })
  const set = (values: Record<string, unknown>) =>
    app.db.updateTable('recording').set(values).where('id', '=', id).execute()

  it('by a restriction cuts staff off, and says so in the audit', async () => {
    const cut = await cutAfter(id, bearer(app, persons.fraudAnalyst()), STAFF_QUERY, () =>
      set({ restricted: true }),
    )
    await set({ restricted: false })
    expect(cut.isComplete).toBe(false)
    expect(cut.bytes).toBeLessThan(24 * MIB)
    expect(await endOf(id)).toMatchObject({ code: 'revoked', outcome: 'denied' })
  })

  it('by the end of the purpose cuts staff off', async () => {
    const cut = await cutAfter(id, bearer(app, persons.fraudAnalyst()), STAFF_QUERY, async () =>
      app.clock.set('2027-06-01T00:00:00Z'),
    )
    expect(cut.isComplete).toBe(false)
  })

  it('by destruction cuts the member off', async () => {
    const cut = await cutAfter(id, asMember(app), '', () => set({ status: 'destroying' }))
    await set({ status: 'available' })
    expect(cut.isComplete).toBe(false)
  })

  it('does not concern the member when the recording is only restricted', async () => {
    const cut = await cutAfter(id, asMember(app), '', () => set({ restricted: true }))
    await set({ restricted: false })
    expect(cut).toEqual({ bytes: size, isComplete: true })
  })

  it('is noticed within seconds when hardly anything flows', async () => {
    const recording = await addRecording(app, { audio: randomBytes(32 * MIB) })
    const response = await ask(recording.id, asMember(app))
    await once(response, 'data')
    response.pause()
    await app.db.deleteFrom('recording_key').where('recording_id', '=', recording.id).execute()
    const ended = () => endOf(recording.id)
    await expect.poll(ended, { timeout: 10 * SECOND }).toEqual({ code: 'revoked', outcome: 'denied' })
    response.destroy()
  })

  it('is noticed when the login has ended meanwhile', async () => {
    const { id: long } = await addRecording(app, { audio: randomBytes(32 * MIB) })
    const response = await ask(long, asMember(app))
    await once(response, 'data')
    response.pause()
    app.advanceLogins(HOUR)
    await expect
      .poll(() => endOf(long), { timeout: 10 * SECOND })
      .toEqual({ code: 'revoked', outcome: 'denied' })
    app.advanceLogins(-HOUR)
    response.destroy()
  })
})
