import * as oidc from 'openid-client'
import { Problem } from '../kernel/problem.ts'
import { boundedFetch } from './bounded-fetch.ts'

export interface IdentityProviderConfig {
  readonly issuer: string
  readonly clientId: string
  /** Absent for a public client, which is protected by PKCE alone. */
  readonly clientSecret?: string | undefined
  readonly publicUrl: string
  readonly scope?: string
}

/** What one login must remember between leaving for the provider and coming back. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** Our words for the OpenID Connect provider; every method rejects with Problem('unavailable') while it is down. */
export interface IdentityProvider {
  /**
   * Where to send the browser (authorization code flow, RFC 6749 section 4.1, with PKCE, RFC 7636). `again`:
   * the provider is to ask the person now, even if they are logged in there (OpenID Connect Core section
   * 3.1.2.1), and to say in `auth_time` when they answered.
   */
  authorizationUrl(secrets: LoginSecrets, how: { readonly again: boolean }): Promise<string>
  /**
   * Exchanges the code in the callback's query for the claims of the ID token, whose signature,
   * issuer, audience, times and nonce were checked. Rejects with Problem('login_failed') otherwise.
   */
  exchange(query: string, secrets: LoginSecrets): Promise<Readonly<Record<string, unknown>>>
  /** Where the browser ends the provider's own session; null when the provider has no such page. */
  logoutUrl(): Promise<string | null>
}

export const CALLBACK_PATH = '/login/callback'
const RETRY_AFTER_SECONDS = 10
const TOLERANCE_SECONDS = 30
const TIMEOUT_SECONDS = 5

/** Nothing is fetched before the first login; a failed discovery is tried again at the next one. */
export function makeIdentityProvider(config: IdentityProviderConfig): IdentityProvider {
  let discovered: Promise<oidc.Configuration> | undefined
  const provider = (): Promise<oidc.Configuration> => {
    discovered ??= discover(config).catch((cause: unknown) => {
      discovered = undefined
      throw unavailable(cause)
    })
    return discovered
  }
  const callbackUrl = `${new URL(config.publicUrl).origin}${CALLBACK_PATH}`

  return {
    async authorizationUrl({ state, nonce, codeVerifier }, { again }) {
      const url = oidc.buildAuthorizationUrl(await provider(), {
        redirect_uri: callbackUrl,
        scope: config.scope ?? 'openid profile email',
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(again ? { prompt: 'login', max_age: '0' } : {}),
      })
      return url.href
    },

    async exchange(query, { state, nonce, codeVerifier }) {
      const metadata = await provider()
      const checks = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      }
      try {
        const tokens = await oidc.authorizationCodeGrant(metadata, new URL(`${callbackUrl}?${query}`), checks)
        return tokens.claims() ?? {}
      } catch (cause) {
        throw isOutage(cause) ? unavailable(cause) : new Problem('login_failed', { cause })
      }
    },

    /** Without id_token_hint: the ID token names a person, and addresses end up in histories and logs. */
    async logoutUrl() {
      const metadata = await provider()
      if (!metadata.serverMetadata().end_session_endpoint) return null
      const home = `${new URL(config.publicUrl).origin}/`
      return oidc.buildEndSessionUrl(metadata, { post_logout_redirect_uri: home }).href
    },
  }
}

const unavailable = (cause: unknown): Problem =>
  new Problem('unavailable', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS })

function discover({ issuer, clientId, clientSecret }: IdentityProviderConfig): Promise<oidc.Configuration> {
  const url = new URL(issuer)
  return oidc.discovery(
    url,
    clientId,
    { [oidc.clockTolerance]: TOLERANCE_SECONDS },
    clientAuth(clientSecret),
    {
      [oidc.customFetch]: (address, options) => boundedFetch(address, options as RequestInit),
      timeout: TIMEOUT_SECONDS,
      // The ID token's signature is checked although it came straight from the provider.
      execute: [oidc.enableNonRepudiationChecks, ...(isLoopback(url) ? [oidc.allowInsecureRequests] : [])],
    },
  )
}

/** HTTP Basic unless the provider says that it takes the secret in the body only (OIDC Core section 9). */
function clientAuth(secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None()
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)]
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const auth = methods.includes('client_secret_basic') ? basic : post
    auth(server, ...request)
  }
}

const isLoopback = (url: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)

/** No answer in time, or one that says the provider itself is in trouble; looked for down the chain of causes. */
function isOutage(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof DOMException) return true
  if (error instanceof Response) return error.status >= 500
  return error instanceof Error && isOutage(error.cause)
}
