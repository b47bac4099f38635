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

/** Who has to be logged in for all of the pages. */
export const PEOPLE = [MEMBER, COACH, AGENT, OFFICER, MANAGER, OPERATOR]

export type Pages = ReadonlyMap<string, Page>

/** What there has to be before the pages have something to show, and then every page of the web. */
export async function shotsOf(pages: Pages): Promise<Shot[]> {
  const made = await makeSomethingToShow(pages)
  return [
    { name: 'welkom', person: null, path: '/' },
    ...memberShots(made),
    ...coachingShots(made),
    ...oversightShots(made),
    ...retentionShots(made),
    ...rightsShots(made),
    { name: 'beheer', person: OPERATOR, path: '/beheer' },
    { name: 'certificaat', person: null, path: '/certificaat' },
    { name: 'geen-certificaat', person: null, path: '/certificaat/999' },
    { name: 'verstrekking-ophalen', person: null, path: `/verstrekking/${made.disclosure}` },
  ]
}

type Made = Awaited<ReturnType<typeof makeSomethingToShow>>

const by =
  (person: string) =>
  (name: string, path: string): Shot => ({ name, person, path })
const member = by(MEMBER)
const officer = by(OFFICER)
const coach = by(COACH)
const agent = by(AGENT)

const memberShots = ({ call, request }: Made): Shot[] => [
  member('gesprekken', '/'),
  member('gesprek', `/gesprekken/${call}`),
  member('verzoeken', '/verzoeken'),
  member('nieuw-verzoek', '/verzoeken/nieuw?soort=copy&soort=portability&soort=erasure'),
  member('verzoek', `/verzoeken/${request}`),
  member('voorkeuren', '/voorkeuren'),
  member('berichten', '/berichten'),
]

const coachingShots = ({ sample, contact }: Made): Shot[] => [
  coach('coaching', '/coaching'),
  coach('steekproef', `/coaching/${sample}`),
  coach('gemaskeerd-gesprek', `/coaching/${sample}/1`),
  coach('ijking', `/coaching/${sample}/ijking`),
  agent('terugkoppeling', '/terugkoppeling'),
  agent('beluisteren', '/beluisteren'),
  agent('contact', `/beluisteren/${contact}`),
]

const oversightShots = ({ held, hold }: Made): Shot[] => [
  officer('toezicht', '/toezicht'),
  officer('opnamen', '/opnamen'),
  officer('alle-opnamen', '/opnamen?toon=alle'),
  officer('opname', `/opnamen/${held}`),
  officer('blokkades', '/blokkades'),
  officer('blokkade', `/blokkades/${hold}`),
]

const retentionShots = ({ version, sweep }: Made): Shot[] => [
  officer('bewaartermijnen', '/bewaartermijnen'),
  officer('nieuwe-versie', `/bewaartermijnen/${version}`),
  officer('termijn-wijzigen', '/bewaartermijnen/nieuw'),
  officer('regels-als-tekst', '/bewaartermijnen/tekst'),
  officer('goedkeuringen', '/goedkeuringen'),
  officer('opruimen', '/opruimen'),
  officer('opruimbeurt', `/opruimen/${sweep}`),
  officer('verklaringen', '/verklaringen'),
]

const rightsShots = ({ request, disclosure }: Made): Shot[] => [
  officer('privacyverzoeken', '/privacyverzoeken'),
  officer('privacyverzoek', `/privacyverzoeken/${request}`),
  officer('verzoek-vastleggen', '/privacyverzoeken/nieuw?soort=portability&soort=erasure'),
  officer('verstrekkingen', '/verstrekkingen'),
  officer('verstrekking-vragen', '/verstrekkingen/nieuw'),
  officer('verstrekking', `/verstrekkingen/${disclosure}`),
  officer('leveranciers', '/leveranciers'),
  officer('noodtoegang', '/noodtoegang'),
  officer('inzage-uitgesteld', '/inzage-uitgesteld'),
  officer('naamverzoeken', '/naamverzoeken'),
  officer('datalekken', '/datalekken'),
  officer('verwerkingsregister', '/verwerkingsregister'),
  officer('logboek', '/logboek'),
]

async function makeSomethingToShow(pages: Pages) {
  const as = (person: string): Page => {
    const page = pages.get(person)
    if (!page) throw new Error(`${person} is not logged in`)
    return page
  }
  const [call] = await idsOf(as(MEMBER), '/v1/recordings?limit=1')
  const [contact] = await idsOf(as(AGENT), '/v1/recordings?limit=1')
  const [held, other] = await idsOf(as(OFFICER), '/v1/recordings?limit=2&product=liability')
  const request = await send(as(MEMBER), '/v1/privacy-requests', { types: ['access', 'erasure'] })
  const sample = await send(as(COACH), '/v1/training-samples', { size: 3 })
  const hold = await send(as(OFFICER), '/v1/holds', {
    type: 'complaint',
    matterRef: 'K-2026-0117',
    reason: 'Het lid is het niet eens met de afhandeling van de schade.',
    scope: { recordings: [held] },
    reviewBy: daysFromNow(90),
  })
  const disclosure = await send(as(OFFICER), '/v1/disclosures', {
    recipient: { type: 'authority', legalName: 'Openbaar Ministerie', country: 'NL', contactMail: null },
    recordings: [{ recordingId: other ?? held, ranges: null }],
    ...{ purpose: 'Strafrechtelijk onderzoek naar een verzonnen schade', legalBasis: 'legal_obligation' },
    ...{ reason: 'Vordering ontvangen en gecontroleerd', channel: 'portal' },
    ...{ statute: 'artikel 126nd Sv', letterRef: 'OM-2026-77', returnBy: null, delay: null },
  })
  await accountFor(as, call ?? '')
  const sweep = await send(as(OFFICER), '/v1/retention/sweeps', { dryRun: true })
  return {
    ...{ call, contact, held, version: await shorterRules(as(OFFICER)) },
    ...{ request: request.id, sample: sample.id, hold: hold.id, disclosure: disclosure.id, sweep: sweep.id },
  }
}

/** An emergency that its member asks about, and an investigation that members do not see yet. */
async function accountFor(as: (person: string) => Page, call: string): Promise<void> {
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
    withheldUntil: daysFromNow(60),
    reviewBy: daysFromNow(30),
  })
}

/** Proposes that calls for training are kept for three months instead of six. */
async function shorterRules(page: Page): Promise<number> {
  const { document } = (await (await page.request.get('/v1/retention/rules/1')).json()) as {
    document: string
  }
  const shorter = document
    .replace('id: training\n    version: 1', 'id: training\n    version: 2')
    .replace('period: P6M', 'period: P3M')
  const wanted = { document: shorter, effectiveFrom: daysFromNow(30) }
  return Number((await send(page, '/v1/retention/rules', wanted)).version)
}

const daysFromNow = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** As the page itself would. */
async function send(page: Page, path: string, data: unknown): Promise<Record<string, unknown>> {
  const { csrfToken } = (await (await page.request.get('/v1/me')).json()) as { csrfToken: string }
  const headers = { 'x-csrf-token': csrfToken, origin: new URL(page.url()).origin }
  const response = await page.request.post(path, { data, headers })
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

/** Ids of what a list of the API gives this person. */
export async function idsOf(page: Page, path: string): Promise<string[]> {
  const response = await page.request.get(path)
  const { items } = (await response.json()) as { items: { id: string }[] }
  return items.map(({ id }) => id)
}
