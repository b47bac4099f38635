import type { DemoPerson } from './demo-people.ts'

export interface BannerFacts {
  readonly publicUrl: string
  readonly dataDir: string
  readonly people: readonly DemoPerson[]
}

const RULE = '='.repeat(78)

/** What `npm start` prints once the demo answers: that it is a demo, where, who, and what to do next. */
export function banner({ publicUrl, dataDir, people }: BannerFacts): string {
  const width = Math.max(...people.map(({ name }) => name.length))
  const login = people.filter(({ web }) => web)
  const machine = people.find(({ web }) => !web)
  const lines = [
    '',
    RULE,
    '  LISTENBACK  DEMO MODE  -  NOT FOR REAL RECORDINGS / NIET VOOR ECHTE OPNAMEN',
    RULE,
    `  Open            ${publicUrl}`,
    '  Log in as       (no password / geen wachtwoord)',
    ...login.map(({ name, about }) => `    ${name.padEnd(width)}  ${about.en}`),
    '',
    `  API             ${publicUrl}/docs`,
    ...(machine ? [`  Access token    npx listenback token ${machine.id}`] : []),
    `  Data            ${dataDir}   (remove it to start afresh)`,
    '  Stop            Ctrl-C',
    '',
    '  People and calls are invented. Anybody on this machine can log in as anybody.',
    '  Alles is verzonnen. Iedereen op deze computer kan als iedereen inloggen.',
    '  For real use set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL: see README.',
    RULE,
    '',
    '',
  ]
  return lines.join('\n')
}
