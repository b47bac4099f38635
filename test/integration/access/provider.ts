import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export const CLIENT = { id: 'listenback-web', secret: 'a-secret-for-tests-only' }

/** What the provider says of each person, by login name. */
export type People = Record<string, Record<string, unknown>>

export interface TestProvider {
  readonly issuer: string
  requests(): number
  /** Answers 503 to everything, or heals. */
  fail(down: boolean): void
  close(): Promise<void>
}

export interface ProviderOptions {
  readonly people: People
  readonly siteOrigin: string
  readonly host?: '127.0.0.1' | 'localhost'
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | 'none'
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A real OpenID Connect provider on loopback, with the plain login form of the library's development mode. */
export async function startProvider(options: ProviderOptions): Promise<TestProvider> {
  let handle: ReturnType<Provider['callback']> | undefined
  let requests = 0
  let down = false
  const server = createServer((req, res) => {
    requests += 1
    if (down || !handle) return void res.writeHead(503).end()
    void handle(req, res)
  })
  const issuer = `http://${options.host ?? '127.0.0.1'}:${await listen(server)}`
  handle = providerFor(issuer, options).callback()
  return {
    issuer,
    requests: () => requests,
    fail(now) {
      down = now
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function providerFor(issuer: string, { people, siteOrigin, authMethod }: ProviderOptions): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        ...(authMethod === 'none' ? {} : { client_secret: CLIENT.secret }),
        token_endpoint_auth_method: authMethod ?? 'client_secret_basic',
        redirect_uris: [`${siteOrigin}/login/callback`],
        post_logout_redirect_uris: [`${siteOrigin}/`],
      },
    ],
    ...(authMethod === 'client_secret_post' ? { clientAuthMethods: ['client_secret_post'] } : {}),
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'roles', 'member_ref', 'entity', 'team', 'confidentiality_signed'],
      profile: ['name'],
    },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ ...people[sub], sub }),
    }),
    cookies: { keys: ['a-key-for-tests-only'] },
  })
}
