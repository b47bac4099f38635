import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { bucketCode, type CertificateOrigin } from '../recordings/certify.ts'
import { makePurge, type Purge } from '../recordings/purge.ts'
import type { Foundation } from './foundation.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)

/** The one deletion path, the same for the service and the command line. */
export const composePurge = (foundation: Foundation, config: Config): Purge =>
  makePurge({
    ...foundation,
    origin: certificateOrigin(config),
    lifecycleMarginDays: config.lifecycle.marginDays,
  })

/** What certificates say of this service and its store. */
export function certificateOrigin({
  storage,
  backupDays,
}: Pick<Config, 'storage' | 'backupDays'>): CertificateOrigin {
  const { name, version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { name: string; version: string }
  const store =
    storage.kind === 'files'
      ? { kind: 'file' as const, region: null, bucket: null }
      : { kind: 's3' as const, region: storage.region, bucket: bucketCode(storage.bucket) }
  return { store, executor: `${name}/${version}`, backupDays }
}
