import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { PublicJwk } from '../audit/sign.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { makeFindCertificate, makeFindCertificates, makeListSigningKeys } from './certificate-find.ts'
import { CertificateSchema } from './certify.ts'

export interface CertificateUseCases {
  readonly findCertificate: ReturnType<typeof makeFindCertificate>
  readonly findCertificates: ReturnType<typeof makeFindCertificates>
  readonly listSigningKeys: ReturnType<typeof makeListSigningKeys>
}

const TAG = 'Certificates'

export const ProvenCertificateSchema = z
  .strictObject({
    certificate: CertificateSchema,
    jws: z.string().meta({ description: 'RFC 7515, compact, EdDSA; its payload is exactly the certificate' }),
  })
  .meta({ id: 'ProvenCertificate' })

/** Proofs that recordings are gone, and the keys to check them with. */
export const certificateEndpoints = (useCases: CertificateUseCases): Endpoint[] => [
  byNumber(useCases),
  listEndpoint(useCases),
  signingKeys(useCases),
]

const byNumber = ({ findCertificate }: CertificateUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/certificates/{no}',
    operationId: 'getCertificate',
    summary: 'Show a destruction certificate by its number',
    description: 'For anybody: it holds no personal data. `listenback verify-certificate` checks it offline.',
    tag: TAG,
    public: true,
    params: z.strictObject({ no: z.string().meta({ description: 'Number, from 1' }) }),
    query: z.strictObject({}),
    responses: {
      200: { description: 'The certificate', content: { 'application/json': ProvenCertificateSchema } },
    },
    problems: ['not_found', 'unavailable'],
    async handle({ params, res }) {
      const found = await findCertificate(params.no)
      res.setHeader('Cache-Control', 'public, max-age=3600')
      res.json(found)
    },
  })

const listEndpoint = ({ findCertificates }: CertificateUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/certificates',
    operationId: 'findCertificates',
    summary: 'List destruction certificates, or find those of a recording',
    description: `For privacy officers, records managers and auditors of its entity. One of the recording itself once
it is destroyed, and one for each time that versions of its audio were replaced by silence.`,
    tag: TAG,
    query: z.strictObject({
      recordingId: z.string().optional().meta({ description: 'UUID', format: 'uuid' }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().min(1).max(20).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page, the newest first; of one recording all, the oldest first',
        content: {
          'application/json': z
            .strictObject({ items: z.array(ProvenCertificateSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'CertificateList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const page = await findCertificates(actorOf(req), query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(page)
    },
  })

const signingKeys = ({ listSigningKeys }: CertificateUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/signing-keys',
    operationId: 'listSigningKeys',
    summary: 'List the public keys that destruction certificates were ever signed with',
    tag: TAG,
    public: true,
    query: z.strictObject({}),
    responses: {
      200: {
        description: 'A JSON Web Key Set (RFC 7517)',
        content: {
          'application/json': z.strictObject({ keys: z.array(PublicJwk) }).meta({ id: 'SigningKeys' }),
        },
      },
    },
    problems: ['unavailable'],
    async handle({ res }) {
      const keys = await listSigningKeys()
      res.setHeader('Cache-Control', 'public, max-age=300')
      res.json({ keys })
    },
  })
