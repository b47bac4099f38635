import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import * as oidc from 'openid-client'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { actorFromClaims } from '../../../src/access/claims.ts'
import { makeKeySource } from '../../../src/access/jwks.ts'
import { makeVerifyToken } from '../../../src/access/verify-token.ts'
import {
  createDemoIdentityProvider,
  DEMO_IDP_PATH,
  type DemoIdentityProvider,
} from '../../../src/embedded/identity-provider.ts'
import { securityHeaders } from '../../../src/http/security-headers.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { launchBrowser } from '../../support/browser.ts'

const servers = new Set<Server>()

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  servers.clear()
})

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'listenback-idp-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function serve(
  dataDir: string,
  port = 0,
): Promise<{ idp: DemoIdentityProvider; origin: string; close(): void }> {
  const app = express()
  app.use(securityHeaders(false))
  const server = createServer(app)
  servers.add(server)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const idp = await createDemoIdentityProvider({
    issuer: `${origin}${DEMO_IDP_PATH}`,
    dataDir,
    clock: systemClock,
  })
  app.use(DEMO_IDP_PATH, idp.handler)
  return {
    idp,
    origin,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** As little of a browser as a login needs: cookies, redirects by hand, one form. */
function browser() {
  const jar = new Map<string, string>()
  return {
    jar,
    async go(url: string, init: RequestInit = {}): Promise<Response> {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
        if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
        else jar.set(name, value)
      }
      return response
    },
  }
}

type Browser = ReturnType<typeof browser>

const configurationOf = (idp: DemoIdentityProvider) =>
  oidc.discovery(new URL(idp.issuer), idp.clientId, {}, oidc.ClientSecretBasic(idp.clientSecret), {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  })

async function begin(config: oidc.Configuration, origin: string, who: Browser) {
  const secrets = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
  }
  const start = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${origin}/login/callback`,
    scope: 'openid profile',
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: 'S256',
  })
  const asked = await who.go(start.href)
  return { secrets, interaction: new URL(asked.headers.get('location') ?? '', origin).href }
}

async function choose(interaction: string, person: string, who: Browser): Promise<URL> {
  const chosen = await who.go(interaction, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `person=${person}`,
  })
  const back = await who.go(new URL(chosen.headers.get('location') ?? '', interaction).href)
  return new URL(back.headers.get('location') ?? 'about:blank')
}

async function login(config: oidc.Configuration, origin: string, person: string, who = browser()) {
  const { secrets, interaction } = await begin(config, origin, who)
  const callback = await choose(interaction, person, who)
  return oidc.authorizationCodeGrant(config, callback, {
    expectedState: secrets.state,
    expectedNonce: secrets.nonce,
    pkceCodeVerifier: secrets.verifier,
    idTokenExpected: true,
  })
}

it('logs a member in with code and PKCE and tells who it is in the ID token', async () => {
  const { idp, origin } = await serve(directory())
  const tokens = await login(await configurationOf(idp), origin, 'noor')
  expect(actorFromClaims(tokens.claims(), 'session')).toEqual({
    sub: 'noor',
    roles: ['member'],
    memberRef: 'M-1001',
    entities: ['hmbs', 'hmbs-verzekeringen', 'hmbs-advies'],
    team: null,
    confidentialitySigned: false,
    engagedUntil: null,
    authenticatedAt: expect.any(Date),
    via: 'session',
    displayName: 'Noor Voorbeeld',
  })
})

it('asks again at every login, so that one browser can change from one person to another', async () => {
  const { idp, origin } = await serve(directory())
  const config = await configurationOf(idp)
  const who = browser()
  for (const person of ['noor', 'cleo', 'pim', 'noor']) {
    const tokens = await login(config, origin, person, who)
    expect(tokens.claims()?.sub).toBe(person)
  }
})

it('shows everybody who can log in on one page that needs no script', async () => {
  const { idp, origin } = await serve(directory())
  const who = browser()
  const { interaction } = await begin(await configurationOf(idp), origin, who)
  const page = await who.go(interaction)
  const html = await page.text()
  const names = [...html.matchAll(/<strong>(.*?)<\/strong>/g)].map((match) => match[1])
  expect(names).toEqual(idp.people.filter(({ web }) => web).map(({ name }) => name))
  expect(html).not.toMatch(/<script|style=|type="password"/)
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
})

it('lets no machine and no unknown person in', async () => {
  const { idp, origin } = await serve(directory())
  const who = browser()
  const { interaction } = await begin(await configurationOf(idp), origin, who)
  for (const person of ['recorder', 'nobody', '']) {
    const answer = await who.go(interaction, { method: 'POST', body: new URLSearchParams({ person }) })
    expect(answer.status).toBe(400)
  }
})

it('refuses a login without PKCE and one that goes back to another address', async () => {
  const { idp, origin } = await serve(directory())
  const config = await configurationOf(idp)
  const plain = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${origin}/login/callback`,
    scope: 'openid',
  })
  const refused = await browser().go(plain.href)
  expect(new URL(refused.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
  const elsewhere = oidc.buildAuthorizationUrl(config, {
    redirect_uri: 'http://127.0.0.1:1/',
    scope: 'openid',
  })
  const page = await browser().go(elsewhere.href)
  expect(page.status).toBe(400)
  expect(await page.text()).toContain('href="/login"')
})

it('offers a new start to a login that was open while the demo restarted', async () => {
  const dataDir = directory()
  const before = await serve(dataDir)
  const who = browser()
  const { interaction } = await begin(await configurationOf(before.idp), before.origin, who)
  before.close()
  const after = await serve(dataDir, Number(new URL(before.origin).port))
  const page = await who.go(interaction)
  expect(page.status).toBe(400)
  expect(await page.text()).toContain('href="/login"')
  const tokens = await login(await configurationOf(after.idp), after.origin, 'sam', who)
  expect(tokens.claims()?.member_ref).toBe('M-1002')
})

it('ends a session without asking and goes back only to the service', async () => {
  const { idp, origin } = await serve(directory())
  const config = await configurationOf(idp)
  const home = { post_logout_redirect_uri: `${origin}/` }
  const out = await browser().go(oidc.buildEndSessionUrl(config, home).href)
  expect([out.status, out.headers.get('location')]).toEqual([303, `${origin}/`])
  const stranger = { post_logout_redirect_uri: 'https://elsewhere.example/', state: 'x' }
  const kept = await browser().go(oidc.buildEndSessionUrl(config, stranger).href)
  expect(kept.headers.get('location')).toBe(`${origin}/`)
})

it('signs access tokens that the service accepts, also after a restart, with a key only its owner reads', async () => {
  const dataDir = directory()
  const first = await serve(dataDir)
  const token = await first.idp.signAccessToken('recorder', 60)
  first.close()
  const { idp } = await serve(dataDir, Number(new URL(first.origin).port))
  const keys = (await (await fetch(idp.jwksUrl)).json()) as { keys: { kid: string }[] }
  expect(keys.keys.map((key) => key.kid)).toEqual(idp.jwks.keys.map((key) => key.kid))
  expect(statSync(join(dataDir, 'demo', 'signing-key.pem')).mode & 0o777).toBe(0o600)

  const source = makeKeySource({ load: async () => JSON.stringify(idp.jwks), clock: systemClock })
  const { issuer, audience } = idp
  const verify = makeVerifyToken({ issuer, audience, keys: source, clock: systemClock })
  const actor = await verify(token)
  expect(actor).toMatchObject({ sub: 'recorder', roles: ['recorder', 'importer'], memberRef: null })
  await expect(idp.signAccessToken('mallory', 60)).rejects.toThrow(/choose one of: noor, sam, cleo/)
})

const AXE = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

it.each(['light', 'dark'] as const)('can be used by everybody on a phone, %s', async (colorScheme) => {
  const { idp, origin } = await serve(directory())
  const chromium = await launchBrowser()
  onTestFinished(() => chromium.close())
  const page = await chromium.newPage({ colorScheme, viewport: { width: 320, height: 640 } })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  const start = new URL(`${idp.issuer}/auth`)
  start.search = new URLSearchParams({
    client_id: idp.clientId,
    redirect_uri: `${origin}/login/callback`,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
  }).toString()
  await page.goto(start.href)
  const { violations } = (await page.evaluate(`${AXE};axe.run()`)) as { violations: { id: string }[] }
  expect(violations.map(({ id }) => id)).toEqual([])
  expect(complaints).toEqual([])

  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/login\/callback\?code=/)
})
