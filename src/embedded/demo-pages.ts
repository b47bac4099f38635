import { createHash } from 'node:crypto'
import type { DemoPerson } from './demo-people.ts'

/** The colours of the service's own page (src/web/style/tokens.css), which this one leads to. */
const STYLE = [
  ':root{color-scheme:light dark;--ground:#f6f4ef;--text:#1b2426;--line:#7f8684;--card:#fffefb;--accent:#0b5d66}',
  '@media(prefers-color-scheme:dark){:root{--ground:#111718;--text:#e9edeb;--line:#7f8c8b;--card:#1a2223;--accent:#7cc8cd}}',
  'html{background:var(--ground);color:var(--text)}',
  '*{box-sizing:border-box}',
  'body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:6vh 1.25rem 4rem}',
  'h1{font:700 1.75rem/1.25 Palatino,Georgia,serif;margin:0 0 .5rem}',
  'p{margin:.5rem 0 1.25rem}',
  'ul{list-style:none;margin:0;padding:0;display:grid;gap:.625rem}',
  'button{display:block;width:100%;min-height:3.5rem;padding:.625rem 1rem;text-align:start;font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.875rem;cursor:pointer}',
  'button:hover{border-color:var(--accent)}',
  'button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}',
  'strong{display:block}',
  'span{display:block;font-size:.9375rem}',
  'a{color:var(--accent)}',
].join('')

/** No script, no image, nothing from anywhere; the one style is allowed by its hash. */
export const DEMO_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`

/** Asks who you are in the demo: one button for each person, no password. */
export function choosePersonPage(action: string, people: readonly DemoPerson[]): string {
  const buttons = people.map(
    ({ id, name, about }) =>
      `<li><button name="person" value="${escapeHtml(id)}"><strong>${escapeHtml(name)}</strong>` +
      `<span>${escapeHtml(about.nl)}</span><span lang="en">${escapeHtml(about.en)}</span></button></li>`,
  )
  return page(
    'Demo: kies wie u bent / choose who you are',
    `<h1>Demo: kies wie u bent</h1><p>Deze mensen en hun gesprekken zijn verzonnen. Er is geen wachtwoord.<br><span lang="en">Choose who you are. These people and their calls are invented; there is no password.</span></p><form method="post" action="${escapeHtml(action)}"><ul>${buttons.join('')}</ul></form>`,
  )
}

/** A login that cannot go on: it was left open too long, or the demo was restarted meanwhile. */
export const startAgainPage = (): string =>
  page(
    'Begin opnieuw / Start again',
    '<h1>Deze inlogpoging is verlopen</h1><p><a href="/login">Begin opnieuw</a></p><div lang="en"><h2>This login has expired</h2><p><a href="/login">Start again</a></p></div>',
  )
