import { z } from 'zod'
import { actorOf, isStillAuthenticated } from '../access/authenticate.ts'
import { DocumentJwk } from '../audit/sign-document.ts'
import { answerRanges } from '../http/answer-ranges.ts'
import { setArchiveHeaders } from '../http/audio-headers.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { makeAdmitDownload, makeSendPackage } from './package-download.ts'
import { type makeFindPackage, type makeRestartPackage, PackageSchema } from './package-find.ts'

export interface PackageUseCases {
  readonly findPackage: ReturnType<typeof makeFindPackage>
  readonly restartPackage: ReturnType<typeof makeRestartPackage>
  readonly admitDownload: ReturnType<typeof makeAdmitDownload>
  readonly sendPackage: ReturnType<typeof makeSendPackage>
  /** Keys that packages are signed with. */
  readonly listPackageKeys: () => Promise<readonly DocumentJwk[]>
}

const TAG = 'Privacy requests'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID of the request', format: 'uuid' }) })
const answer = (description: string) => ({ description, content: { 'application/json': PackageSchema } })
const PATH = '/v1/privacy-requests/{id}/package'

/** What a member gets of a request: its status, its bytes, and the keys to check them with. */
export const packageEndpoints = (useCases: PackageUseCases): Endpoint[] => [
  statusEndpoint(useCases),
  restartEndpoint(useCases),
  fileEndpoint(useCases),
  keysEndpoint(useCases),
]

const statusEndpoint = ({ findPackage }: PackageUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: PATH,
    operationId: 'getPackage',
    summary: 'Show how far the package of a request is, and until when it can be fetched',
    description:
      'It is made by itself once everything that was asked for is decided. Not found before that, and for a request that needs none.',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: answer('The package') },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const found = await findPackage(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(found)
    },
  })

const restartEndpoint = ({ restartPackage }: PackageUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: PATH,
    operationId: 'makePackageAgain',
    summary: 'Have a package made again that has ended; free of charge as long as its recordings are there',
    description: 'For its member. One that is being made or can be fetched stays as it is.',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 202: answer('The package that is being made') },
    problems: ['not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const started = await restartPackage(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(202).location(`/v1/privacy-requests/${params.id}/package`).json(started)
    },
  })

const fileEndpoint = ({ admitDownload, sendPackage }: PackageUseCases): Endpoint =>
  endpoint({
    method: 'get',
    head: true,
    path: `${PATH}/file`,
    operationId: 'fetchPackage',
    summary: 'Fetch the package of one’s own request',
    description: `A ZIP archive; \`listenback verify-package\` checks it. For the member alone, after a login of the
last ten minutes. Single byte ranges are supported, so that a download can be resumed.`,
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: {
      200: {
        description: 'The whole archive',
        content: { 'application/zip': 'binary' },
        headers: { ETag: 'Strong', 'Accept-Ranges': '`bytes`', 'Content-Length': 'Bytes' },
      },
      206: {
        description: 'One byte range',
        content: { 'application/zip': 'binary' },
        headers: { ETag: 'Strong', 'Content-Range': 'Which bytes of how many' },
      },
      304: { description: 'The caller may fetch it and has these bytes already' },
    },
    problems: [
      ...(['not_found', 'step_up_required', 'package_not_ready', 'forbidden'] as const),
      ...(['range_not_satisfiable', 'damaged_recording', 'unavailable'] as const),
    ],
    async handle({ params, req, res }) {
      const download = await admitDownload(actorOf(req), params.id)
      const { archive, etag, packaged } = download
      setArchiveHeaders(res, etag, `listenback-${packaged.id}`)
      await answerRanges(req, res, { bytes: archive.bytes, etag }, (span, to) =>
        sendPackage(download, span, { ...to, isStillAuthenticated: () => isStillAuthenticated(req) }),
      )
    },
  })

const keysEndpoint = ({ listPackageKeys }: PackageUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/package-keys',
    operationId: 'listPackageKeys',
    summary: 'List the public keys that packages and vCons were ever signed with',
    tag: TAG,
    public: true,
    query: z.strictObject({}),
    responses: {
      200: {
        description: 'A JSON Web Key Set (RFC 7517) with certificates',
        content: {
          'application/json': z.strictObject({ keys: z.array(DocumentJwk) }).meta({ id: 'PackageKeys' }),
        },
      },
    },
    problems: ['unavailable'],
    async handle({ res }) {
      const keys = await listPackageKeys()
      res.setHeader('Cache-Control', 'public, max-age=300')
      res.json({ keys })
    },
  })
