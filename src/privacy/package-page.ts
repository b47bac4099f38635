import { dayOf } from '../kernel/calendar.ts'
import type { PackagedCall } from './package-call.ts'
import { BASES, type PackageFacts } from './package-documents.ts'
import { recordName, vconName } from './package-manifest.ts'

/** What the page says of a call. */
export interface PageCall
  extends Pick<PackagedCall, 'id' | 'entity' | 'startedAt' | 'durationSeconds' | 'direction' | 'tags'> {
  readonly audio: PageAudio
  readonly playback: PageAudio | null
  readonly hasCuts: boolean
  readonly isSilenced: boolean
}

type PageAudio = Pick<PackagedCall['audio'], 'name' | 'mediaType'>

const ZONE = 'Europe/Amsterdam'
const MOMENT = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'full', timeStyle: 'short', timeZone: ZONE })
const DAY = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'long', timeZone: 'UTC' })

const day = (date: string): string => DAY.format(new Date(`${date}T12:00:00Z`))

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** HTML in which every value is text: what comes out of the database is never markup. */
class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
type Value = string | number | Html | readonly Html[]

const textOf = (value: Value): string => {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(({ text }: Html) => text).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(parts.map((part, i) => part + (i < values.length ? textOf(values[i] ?? '') : '')).join(''))

const NOTHING = html``

/**
 * The page that opens a package: readable without a connection, without scripts, in light and dark, by keyboard
 * and with a screen reader. It loads nothing but the audio beside it. Pure.
 */
export function pageOf(facts: PackageFacts, calls: readonly PageCall[]): string {
  const { kind, generatedAt, withheld } = facts
  const title = kind === 'portability' ? 'Uw gesprekken om mee te nemen' : 'Uw gesprekken'
  return html`<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>Gemaakt op <time datetime="${generatedAt.toISOString()}">${MOMENT.format(generatedAt)}</time>.
${countOf(calls.length)}${withheld.length > 0 ? html`; <a href="#weggelaten">${withheld.length} niet</a>` : NOTHING}.</p>
<p>Hoort u niets? Pak het zip-bestand eerst uit, en open daarna <code>index.html</code> uit de uitgepakte map.</p>
</header>
<main>
${calls.map((call, i) => callOf(call, i + 1, facts))}
${withheldSection(facts)}
${aboutSection(facts)}
</main>
</body>
</html>
`.text
}

const countOf = (count: number): string =>
  count === 1 ? 'Dit pakket bevat één gesprek' : `Dit pakket bevat ${count} gesprekken`

function callOf(call: PageCall, n: number, facts: PackageFacts): Html {
  const played = call.playback ?? call.audio
  const when = MOMENT.format(call.startedAt)
  const duration = call.durationSeconds === null ? '' : durationText(call.durationSeconds)
  const way = call.direction === 'outbound' ? 'Wij belden u' : 'U belde ons'
  return html`<article aria-labelledby="gesprek-${n}">
<h2 id="gesprek-${n}"><time datetime="${call.startedAt.toISOString()}">${when}</time></h2>
<p>${call.direction === null ? '' : `${way}. `}${duration}</p>
<audio controls preload="none" aria-labelledby="gesprek-${n}"><source src="${played.name}" type="${played.mediaType}"></audio>
${call.hasCuts ? html`<p class="note">Delen die over iemand anders gaan zijn stil gemaakt (artikel 15, lid 4, AVG). Welke dat zijn staat in de gegevens.</p>` : NOTHING}
${call.isSilenced ? html`<p class="note">Betaalgegevens en wachttijd zijn nooit opgenomen; daar is het stil.</p>` : NOTHING}
<p>Bewaard voor:</p>
<ul>
${call.tags.map(
  ({
    purpose,
    legalBasis,
    retainUntil,
  }) => html`<li>${facts.purposes[purpose] ?? purpose}, op grond van ${BASES[legalBasis] ?? legalBasis}${retainUntil === null ? '' : `, tot en met ${day(retainUntil)}`}</li>
`,
)}</ul>
<p class="files">Bestanden: <a href="${call.audio.name}">opname</a>, <a href="${recordName(call.id)}">gegevens</a>, <a href="${vconName(call.id)}">vCon</a></p>
</article>
`
}

function durationText(seconds: number): string {
  const whole = Math.round(seconds)
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  return minutes === 0 ? `Duur: ${rest} seconden.` : `Duur: ${minutes} min ${rest} s.`
}

function withheldSection({ withheld }: PackageFacts): Html {
  if (withheld.length === 0) return NOTHING
  return html`<section aria-labelledby="weggelaten">
<h2 id="weggelaten">Niet in dit pakket</h2>
<ul>
${withheld.map(
  ({ text, until }) => html`<li>${text}${until === null ? '' : ` Tot en met ${day(until)}.`}</li>
`,
)}</ul>
</section>
`
}

function aboutSection({ recipients, contact, generatedAt, id, entities }: PackageFacts): Html {
  const names = [...new Set(recipients.map(({ name }) => name))]
  return html`<section aria-labelledby="over">
<h2 id="over">Over uw gegevens</h2>
<p>Verantwoordelijk: ${entities.join(', ')}. Vragen, of iets laten verbeteren of wissen: <a href="mailto:${contact}">${contact}</a>.</p>
<ul>
<li><a href="article15.json">Waarom en hoe lang wij uw gesprekken bewaren, en uw rechten</a></li>
<li><a href="access-log.json">Wie uw gesprekken beluisterde</a></li>
<li><a href="recipients.json">Aan wie wij ze gaven</a>: ${names.length === 0 ? 'aan niemand' : names.join(', ')}</li>
<li><a href="withheld.json">Wat er niet in zit, en waarom</a></li>
<li><a href="manifest.json">Alle bestanden met hun controlegetal</a></li>
</ul>
<p>Bent u het ergens niet mee eens? U kunt een klacht indienen bij de <a href="https://autoriteitpersoonsgegevens.nl/een-tip-of-klacht-indienen-bij-de-ap">Autoriteit Persoonsgegevens</a>.</p>
<p lang="en">These are your recorded calls and what is known about them. Everything is also here as JSON and, per call, as a signed vCon, so that another organisation can read and verify it.</p>
<p class="files">Pakket ${id}, ${day(dayOf(generatedAt))}</p>
</section>
`
}

const STYLE = `
:root{--ink:#1c2430;--soft:#566072;--paper:#fbfaf7;--card:#fff;--line:#ddd8cd;--link:#0b5a8a}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e1;--soft:#a9b0bb;--paper:#14171c;--card:#1c2027;--line:#343a44;--link:#8cc8ef}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 system-ui,"Segoe UI",sans-serif}
header,main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem}
main{padding-top:0}
h1{font-size:1.75rem;line-height:1.2;margin:1rem 0 .5rem}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 .5rem}
article,section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;margin:0 0 1rem}
audio{display:block;width:100%;margin:.75rem 0}
p{margin:.5rem 0}
ul{margin:.25rem 0 .75rem;padding-left:1.25rem}
a{color:var(--link)}
a:focus-visible,audio:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.note,.files{color:var(--soft);font-size:.9375rem}
code{font-size:.95em}
@media print{audio{display:none}article{break-inside:avoid}}
`
