import { randomBytes, randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { askServices } from './ask-services.ts'
import {
  freePort,
  type OwnProcess,
  ownDirectory,
  removeDirectory,
  run,
  spawnOwn,
  waitFor,
} from './processes.ts'

export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface RgwAddress {
  readonly endpoint: string
  readonly region: string
  /** Owner of every bucket that `createTestBucket` makes. */
  readonly main: S3Keys
  /** A second account without any right on the first one's buckets. */
  readonly other: S3Keys
}

export interface TestRgw extends RgwAddress {
  /** Process id of the gateway, for tests that stall (SIGSTOP) or kill it. */
  readonly pid: number
  createBucket(options?: BucketOptions): Promise<TestBucket>
  stop(): Promise<void>
}

export interface BucketOptions {
  readonly versioning?: boolean
  /** Object Lock switches versioning on as well. */
  readonly objectLock?: boolean
}

export interface TestBucket extends S3Keys {
  readonly bucket: string
  readonly endpoint: string
  readonly region: string
  /** A raw client, so that tests check the store without our own code between. */
  readonly client: S3Client
  /** Removes what can be removed; versions under a compliance lock end with the server. */
  destroy(): Promise<void>
}

const REGION = 'us-east-1'
const MAIN: S3Keys = { accessKeyId: 'listenbackmain', secretAccessKey: 'listenback-main-secret' }
const OTHER: S3Keys = { accessKeyId: 'listenbackother', secretAccessKey: 'listenback-other-secret' }

interface Ports {
  readonly v1: number
  readonly v2: number
  readonly rgw: number
}

/** One monitor, one memory-backed disk, one gateway. */
function configuration(directory: string, fsid: string, ports: Ports, settings: readonly string[]): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${ports.v2},v1:127.0.0.1:${ports.v1}]
public addr = 127.0.0.1
keyring = ${directory}/keyring
run dir = ${directory}
admin socket = ${directory}/$name.asok
pid file =
log file = ${directory}/$name.log
log to stderr = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
mon data = ${directory}/mon
mon allow pool size one = true
mon allow pool delete = true
mon pg warn min per osd = 0
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 0
osd data = ${directory}/osd
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 12884901888
osd memory target = 939524096
[client.rgw]
rgw data = ${directory}/rgw
# Else the store waits 40 ms for an acknowledgement between the head and the body of an answer.
rgw frontends = beast endpoint=127.0.0.1:${ports.rgw} tcp_nodelay=1
rgw gc obj min wait = 1
rgw gc processor period = 5
rgw enable usage log = false
${settings.join('\n')}
`
}

async function startMonitor(directory: string, fsid: string, ports: Ports): Promise<OwnProcess> {
  const conf = `${directory}/ceph.conf`
  const keyring = `${directory}/keyring`
  const map = `${directory}/monmap`
  await run('monmaptool', [
    '--create',
    '--clobber',
    '--fsid',
    fsid,
    '--addv',
    'a',
    `[v2:127.0.0.1:${ports.v2},v1:127.0.0.1:${ports.v1}]`,
    map,
  ])
  await run('ceph-authtool', [
    keyring,
    '--create-keyring',
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  ])
  const admin = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *']
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...admin])
  mkdirSync(`${directory}/mon`)
  await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring])
  return spawnOwn('ceph-mon', ['-c', conf, '-f', '-i', 'a'], { log: `${directory}/mon.out` })
}

async function startDisk(
  directory: string,
  ceph: (...args: string[]) => Promise<string>,
): Promise<OwnProcess> {
  const conf = `${directory}/ceph.conf`
  const uuid = randomUUID()
  mkdirSync(`${directory}/osd`)
  await ceph('osd', 'new', uuid)
  appendFileSync(
    `${directory}/keyring`,
    await ceph('auth', 'get-or-create', 'osd.0', 'mon', 'allow profile osd', 'osd', 'allow *'),
  )
  await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', uuid])
  return spawnOwn('ceph-osd', ['-c', conf, '-f', '-i', '0'], { log: `${directory}/osd.out` })
}

async function startGateway(directory: string, endpoint: string): Promise<OwnProcess> {
  mkdirSync(`${directory}/rgw`)
  const args = ['-c', `${directory}/ceph.conf`, '-f', '-n', 'client.rgw']
  const gateway = spawnOwn('radosgw', args, { log: `${directory}/rgw.out` })
  await waitFor('radosgw', async () => ((await fetch(endpoint)).ok ? true : undefined), {
    process: gateway,
    timeoutMs: 110_000,
  })
  return gateway
}

/**
 * Starts a whole Ceph with an S3 gateway on one host, in memory; about 13 s on two cores. `settings` are
 * further lines for the gateway's part of ceph.conf.
 */
export async function startRgw(settings: readonly string[] = []): Promise<TestRgw> {
  const directory = ownDirectory('ceph')
  const fsid = randomUUID()
  const ports = { v1: await freePort(), v2: await freePort(), rgw: await freePort() }
  const conf = join(directory, 'ceph.conf')
  writeFileSync(conf, configuration(directory, fsid, ports, settings))
  const ceph = (...args: string[]) => run('ceph', ['-c', conf, '--connect-timeout', '30', ...args])

  const monitor = await startMonitor(directory, fsid, ports)
  const rgwCaps = ['mon', 'allow rw', 'osd', 'allow rwx']
  appendFileSync(join(directory, 'keyring'), await ceph('auth', 'get-or-create', 'client.rgw', ...rgwCaps))
  const disk = await startDisk(directory, ceph)
  const endpoint = `http://127.0.0.1:${ports.rgw}`
  const gateway = await startGateway(directory, endpoint)
  for (const [uid, keys] of [
    ['main', MAIN],
    ['other', OTHER],
  ] as const) {
    const secret = ['--access-key', keys.accessKeyId, '--secret-key', keys.secretAccessKey]
    await run('radosgw-admin', ['-c', conf, 'user', 'create', '--uid', uid, '--display-name', uid, ...secret])
  }
  const address: RgwAddress = { endpoint, region: REGION, main: MAIN, other: OTHER }
  return {
    ...address,
    pid: gateway.pid,
    createBucket: (options) => createBucket(address, options),
    async stop() {
      // Nothing in memory is worth an orderly end.
      await Promise.all([gateway, disk, monitor].map((own) => own.stop('SIGKILL')))
      removeDirectory(directory)
    },
  }
}

/** A plain SDK client for one account of the gateway. */
export function rawClient(address: Pick<RgwAddress, 'endpoint' | 'region'>, keys: S3Keys): S3Client {
  return new S3Client({
    endpoint: address.endpoint,
    region: address.region,
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

async function createBucket(address: RgwAddress, options: BucketOptions = {}): Promise<TestBucket> {
  const { versioning = false, objectLock = false } = options
  const client = rawClient(address, address.main)
  const bucket = `test-${randomBytes(8).toString('hex')}`
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: objectLock }))
  if (versioning && !objectLock) {
    const VersioningConfiguration = { Status: 'Enabled' as const }
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  }
  return {
    bucket,
    endpoint: address.endpoint,
    region: address.region,
    ...address.main,
    client,
    async destroy() {
      await emptyBucket(client, bucket)
      // 409 BucketNotEmpty: something is locked, see the interface.
      await client.send(new DeleteBucketCommand({ Bucket: bucket })).catch(ignoreNotEmpty)
      client.destroy()
    },
  }
}

function ignoreNotEmpty(error: unknown): void {
  if ((error as { name?: string }).name !== 'BucketNotEmpty') throw error
}

async function emptyBucket(client: S3Client, bucket: string): Promise<void> {
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  for (const { Key, UploadId } of uploads.Uploads ?? []) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
  }
  let after: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {}
  while (after) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...after }),
    )
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    const Objects = found.map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length > 0) {
      const Delete = { Objects, Quiet: true }
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete, BypassGovernanceRetention: true }))
    }
    after = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined
  }
}

/** A fresh bucket on the run's gateway. */
export async function createTestBucket(options?: BucketOptions): Promise<TestBucket> {
  return createBucket(await askServices<RgwAddress>('rgw'), options)
}

/** A fresh bucket with the objects of another one and their tags; neither keeps versions, so all names stay valid. */
export async function copyTestBucket(from: string): Promise<TestBucket> {
  const copy = await createTestBucket()
  const { client, bucket: Bucket } = copy
  const { Versions = [], IsTruncated } = await client.send(new ListObjectVersionsCommand({ Bucket: from }))
  if (IsTruncated) throw new Error(`${from} is too large for a copy`)
  const copied = Versions.map(({ Key }) =>
    client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${from}/${Key}` })),
  )
  await Promise.all(copied)
  return copy
}

/** Address and keys of the run's gateway. */
export const rgwAddress = () => askServices<RgwAddress>('rgw')
