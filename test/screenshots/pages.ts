import type { Page } from 'playwright-core'

export interface Shot {
  /** Of the file. */
  readonly name: string
  /** Somebody of the demo; null: without logging in. */
  readonly person: string | null
  readonly path: string
}

const MEMBER = 'Noor Voorbeeld'
const COACH = 'Cleo Fictief'
const AGENT = 'Anna Verzonnen'
const OFFICER = 'Pim Proef'
const MANAGER = 'Roos Register'
const OPERATOR = 'Otto Oefening'

export type Send = (page: Page, path: string, body: unknown) => Promise<{ id: string }>

/** What there has to be before the pages have something to show, and then all of them. */
export async function shotsOf(pages: ReadonlyMap<string, Page>, send: Send): Promise<Shot[]> {
  const as = (person: string): Page => {
    const page = pages.get(person)
    if (!page) throw new Error(`${person} is not logged in`)
    return page
  }
  const [call] = await idsOf(as(MEMBER), '/v1/recordings?limit=1')
  const request = await send(as(MEMBER), '/v1/privacy-requests', { types: ['access', 'erasure'] })
  const sample = await send(as(COACH), '/v1/training-samples', { size: 3 })
  const [held] = await idsOf(as(OFFICER), '/v1/recordings?limit=1&product=liability')
  const hold = await send(as(OFFICER), '/v1/holds', {
    type: 'complaint',
    matterRef: 'K-2026-0117',
    reason: 'Het lid is het niet eens met de afhandeling van de schade.',
    scope: { recordings: [held] },
    reviewBy: inDays(90),
  })
  await accountFor(as, send, call ?? '')
  const member = (name: string, path: string): Shot => ({ name, person: MEMBER, path })
  const officer = (name: string, path: string): Shot => ({ name, person: OFFICER, path })
  return [
    { name: 'welkom', person: null, path: '/' },
    member('gesprekken', '/'),
    member('gesprek', `/gesprekken/${call}`),
    member('verzoeken', '/verzoeken'),
    member('nieuw-verzoek', '/verzoeken/nieuw?soort=copy'),
    member('verzoek', `/verzoeken/${request.id}`),
    member('voorkeuren', '/voorkeuren'),
    member('berichten', '/berichten'),
    { name: 'coaching', person: COACH, path: '/coaching' },
    { name: 'steekproef', person: COACH, path: `/coaching/${sample.id}` },
    { name: 'gemaskeerd-gesprek', person: COACH, path: `/coaching/${sample.id}/1` },
    { name: 'terugkoppeling', person: AGENT, path: '/terugkoppeling' },
    { name: 'beluisteren', person: AGENT, path: '/beluisteren' },
    officer('toezicht', '/toezicht'),
    officer('opnamen', '/opnamen'),
    officer('opname', `/opnamen/${held}`),
    officer('blokkades', '/blokkades'),
    officer('blokkade', `/blokkades/${hold.id}`),
    officer('bewaartermijnen', '/bewaartermijnen'),
    officer('goedkeuringen', '/goedkeuringen'),
    officer('opruimen', '/opruimen'),
    officer('verklaringen', '/verklaringen'),
    officer('privacyverzoeken', '/privacyverzoeken'),
    officer('privacyverzoek', `/privacyverzoeken/${request.id}`),
    officer('verstrekkingen', '/verstrekkingen'),
    officer('leveranciers', '/leveranciers'),
    officer('inzage-uitgesteld', '/inzage-uitgesteld'),
    officer('naamverzoeken', '/naamverzoeken'),
    officer('datalekken', '/datalekken'),
    officer('verwerkingsregister', '/verwerkingsregister'),
    officer('noodtoegang', '/noodtoegang'),
    officer('logboek', '/logboek'),
    { name: 'beheer', person: OPERATOR, path: '/beheer' },
    { name: 'certificaat', person: null, path: '/certificaat' },
  ]
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** An emergency that its member asks about, and an investigation that members do not see yet. */
async function accountFor(as: (person: string) => Page, send: Send, call: string): Promise<void> {
  const reason = 'Het lid is opgenomen, de polis moet nu bekend zijn.'
  await send(as(MANAGER), '/v1/break-glass', { recordingId: call, reason })
  await as(MANAGER).request.get(`/v1/recordings/${call}/audio`)
  const accesses = `/v1/recordings/${call}/accesses`
  const [line] = (await idsOf(as(MEMBER), accesses)).filter(Boolean)
  await send(as(MEMBER), `${accesses}/${line}/name-request`, {
    reason: 'Ik denk dat ik deze medewerker ken.',
  })
  await send(as(OFFICER), '/v1/withheld-accesses', {
    entity: 'hmbs-verzekeringen',
    caseRef: 'F-2026-0042',
    necessity: 'Het lid zou stukken kunnen wegmaken die nog worden opgevraagd.',
    proportionality: 'Alleen dit ene onderzoek, en niet langer dan twee maanden.',
    withheldUntil: inDays(60),
    reviewBy: inDays(30),
  })
}

/** Ids of what a list of the API gives this person. */
export async function idsOf(page: Page, path: string): Promise<string[]> {
  const response = await page.request.get(path)
  const { items } = (await response.json()) as { items: { id: string }[] }
  return items.map(({ id }) => id)
}
