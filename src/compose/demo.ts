import type { RequestHandler } from 'express'
import type { AuthConfig, Config } from '../config/config.ts'
import { banner } from '../embedded/banner.ts'
import { createDemoIdentityProvider, DEMO_IDP_PATH } from '../embedded/identity-provider.ts'
import { makeSeedDemo } from '../embedded/seed-demo.ts'
import type { Foundation } from './foundation.ts'

export interface Demo {
  readonly auth: Exclude<AuthConfig, { kind: 'demo' }>
  readonly handler: RequestHandler
  readonly greeting: string
  /** Delivers the first calls through the service itself, once. */
  seed(origin: string): Promise<void>
}

/** The identity provider, people and calls that stand in for an organisation's own. */
export async function composeDemo(foundation: Foundation, config: Config, publicUrl: string): Promise<Demo> {
  const provider = await createDemoIdentityProvider({
    issuer: publicUrl + DEMO_IDP_PATH,
    dataDir: config.dataDir,
    clock: foundation.clock,
  })
  return {
    auth: {
      kind: 'issuer',
      issuer: provider.issuer,
      audience: provider.audience,
      jwks: { kind: 'url', url: provider.jwksUrl },
      login: { clientId: provider.clientId, clientSecret: provider.clientSecret },
    },
    handler: (req, res) => provider.handler(req, res),
    greeting: banner({ publicUrl, dataDir: config.dataDir, people: provider.people }),
    seed: makeSeedDemo({
      dataDir: config.dataDir,
      clock: foundation.clock,
      logger: foundation.logger,
      signAccessToken: provider.signAccessToken,
    }),
  }
}
