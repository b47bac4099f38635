import { createHash } from 'node:crypto'

/** The colours of the service's own page (src/web/style/tokens.css). */
const STYLE =
  ':root{color-scheme:light dark;--ground:#f6f4ef;--text:#1b2426;--accent:#0b5d66}@media(prefers-color-scheme:dark){:root{--ground:#111718;--text:#e9edeb;--accent:#7cc8cd}}html{background:var(--ground);color:var(--text)}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}a{display:inline-block;padding:.5rem 0;color:var(--accent)}hr{border:0;border-top:1px solid #8888;margin:1.5rem 0}'

/** These pages run no script and load nothing; their one style is allowed by its hash. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

function page(lang: 'nl' | 'en', title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">${head}<title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`
}

/**
 * Takes the browser on from the callback. A redirect would still count as coming from the identity
 * provider's site, and the session cookie is not sent then (SameSite=Strict); a page of ours makes
 * the next request same-site.
 */
export function continuePage(returnTo: string): string {
  const href = escapeHtml(returnTo)
  return page(
    'nl',
    'Ingelogd / Logged in',
    `<p>U bent ingelogd. <a href="${href}">Ga verder</a></p><hr><p lang="en">You are logged in. <a href="${href}">Continue</a></p>`,
    `<meta http-equiv="refresh" content="0;url=${href}">`,
  )
}

export type LoginTrouble = 'failed' | 'unavailable' | 'too_many' | 'other_person' | 'not_fresh'

const TEXTS: Record<LoginTrouble, { nl: string; en: string }> = {
  failed: {
    nl: 'Het inloggen is niet gelukt. Misschien duurde het langer dan tien minuten of is het afgebroken.',
    en: 'The login was not completed. Perhaps it took longer than ten minutes or was cancelled.',
  },
  unavailable: {
    nl: 'Inloggen kan op dit moment even niet. Probeer het over een minuut opnieuw.',
    en: 'Logging in is not possible right now. Please try again in a minute.',
  },
  too_many: {
    nl: 'Er is te vaak achter elkaar ingelogd. Wacht een minuut en probeer het dan opnieuw.',
    en: 'There were too many logins in a row. Please wait a minute and then try again.',
  },
  other_person: {
    nl: 'U hebt ingelogd als iemand anders dan wie hier al was ingelogd. Er is niets veranderd. Log eerst uit als u van persoon wilt wisselen.',
    en: 'You logged in as somebody other than who was logged in here. Nothing has changed. Log out first to change to another person.',
  },
  not_fresh: {
    nl: 'Uw inlogdienst heeft u niet opnieuw om uw gegevens gevraagd, en dat is hier wel nodig. Meld dit aan uw beheerder.',
    en: 'Your login service did not ask for your details again, which is needed here. Please report this to your administrator.',
  },
}

/** Says what happened in both languages: before the login there is no preference to go by. */
export function troublePage(trouble: LoginTrouble): string {
  const { nl, en } = TEXTS[trouble]
  // Whoever has to be logged in to get there finds their session as it was.
  const inSession = trouble === 'other_person' || trouble === 'not_fresh'
  const [href, onward, onwardEn] = inSession
    ? ['/', 'Terug', 'Back']
    : ['/login', 'Opnieuw proberen', 'Try again']
  return page(
    'nl',
    'Inloggen niet gelukt / Login failed',
    `<h1>Inloggen niet gelukt</h1><p>${nl}</p><p><a href="${href}">${onward}</a></p><hr><div lang="en"><h2>Login failed</h2><p>${en}</p><p><a href="${href}">${onwardEn}</a></p></div>`,
  )
}
