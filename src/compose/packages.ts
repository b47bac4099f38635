import type { KeyObject } from 'node:crypto'
import { openDocumentKey } from '../audit/document-key-file.ts'
import { type DocumentSigner, readDocumentKeys } from '../audit/sign-document.ts'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'
import { makeBuildPackages } from '../privacy/package-build.ts'
import { makeAdmitDownload, makeSendPackage } from '../privacy/package-download.ts'
import { makeExpirePackages } from '../privacy/package-expire.ts'
import { makeFindPackage, makeRestartPackage } from '../privacy/package-find.ts'
import { makeFinish } from '../privacy/package-finish.ts'
import { makeInclude } from '../privacy/package-include.ts'
import { documentKeys, rememberDocumentKey } from '../privacy/package-key-queries.ts'
import { makeOpenPackage } from '../privacy/package-open.ts'
import { packageEndpoints } from '../privacy/package-routes.ts'
import type { makePushPackage } from '../privacy/push-package.ts'
import { makePushPackages } from '../privacy/push-packages.ts'
import { makeVconIds } from '../privacy/vcon-id.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'
import type { Listening } from './listening.ts'

export interface Packages {
  readonly endpoints: readonly Endpoint[]
  readonly jobs: readonly Job[]
  readonly build: ReturnType<typeof makeBuildPackages>
  readonly expire: ReturnType<typeof makeExpirePackages>
  readonly push: ReturnType<typeof makePushPackages>
}

export interface PackageParts {
  readonly foundation: Pick<Foundation, 'db' | 'clock' | 'logger' | 'keyring' | 'instance' | 'signer'>
  readonly documents: DocumentSigner
  readonly books: Pick<RuleBooks, 'current'>
  readonly listening: Pick<Listening, 'trail' | 'readPlain'>
  /** Origin under which people reach the service. */
  readonly publicUrl: string
  readonly contact: string
  readonly pushPackage: ReturnType<typeof makePushPackage>
}

const BUILD_EVERY_MS = 5 * SECOND

/** The key that packages are signed with; its public half stays in the database for ever. */
export async function openDocumentSigner(
  { db, clock }: Pick<Foundation, 'db' | 'clock'>,
  { documentKey }: Pick<Config, 'documentKey'>,
): Promise<DocumentSigner> {
  const now = clock.now()
  const documents = await openDocumentKey(documentKey.path, { ...documentKey, now })
  await rememberDocumentKey(db, documents.publicJwk, now)
  return documents
}

/** Keys whose signed vCons are believed: our own, and those of senders. Throws TypeError for a setting that holds none. */
export const trustedKeys = (
  { vconKeys }: Pick<Config, 'vconKeys'>,
  { publicJwk }: DocumentSigner,
): readonly KeyObject[] => [
  ...readDocumentKeys(JSON.stringify({ keys: [publicJwk] })),
  ...(vconKeys === undefined ? [] : readDocumentKeys(vconKeys)),
]

/** What members get of their requests: made in the background, fetched after a fresh login, gone after a week. */
export function composePackages(parts: PackageParts): Packages {
  const { foundation, documents, books, listening, contact } = parts
  const { db, keyring } = foundation
  const ports = { ...foundation, ...listening, documents, contact }
  const openPackage = makeOpenPackage({ db, keyring, readPlain: listening.readPlain })
  const build = makeBuildPackages({
    ...foundation,
    include: makeInclude({ ...ports, nextVconId: makeVconIds(new URL(parts.publicUrl).hostname) }),
    finish: makeFinish({
      ...ports,
      purposeWords: (purpose, now) => books.current(now).purposes.get(purpose)?.nl ?? purpose,
    }),
  })
  const expire = makeExpirePackages(ports)
  const push = makePushPackages({ ...foundation, openPackage, pushPackage: parts.pushPackage })
  return {
    build,
    expire,
    push,
    endpoints: packageEndpoints({
      findPackage: makeFindPackage(foundation),
      restartPackage: makeRestartPackage(foundation),
      admitDownload: makeAdmitDownload({ ...ports, openPackage }),
      sendPackage: makeSendPackage({ ...ports, openPackage }),
      listPackageKeys: () => documentKeys(db),
    }),
    jobs: [
      { name: 'build-packages', everyMs: BUILD_EVERY_MS, everywhere: true, run: build },
      { name: 'push-packages', everyMs: 5 * MINUTE, run: push },
      { name: 'expire-packages', everyMs: MINUTE, run: (stopping) => expire(stopping) },
    ],
  }
}
