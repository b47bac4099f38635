import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { EnvSchema } from '../../../src/config/env.ts'
import { lifecycleRules } from '../../../src/storage/lifecycle-rules.ts'
import { type Block, type Module, part, readModule, statementsOf, thing } from './terraform-module.ts'

let module: Module
beforeAll(async () => {
  module = await readModule()
})

/** Names of one kind in all expressions. */
const used = (pattern: RegExp): Set<string> =>
  new Set(module.texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))

test('every file is HCL, every variable used is declared, and every one declared is used', () => {
  expect(used(/\bvar\.(\w+)/g)).toEqual(new Set(module.variables.keys()))
  for (const [name, { description, type }] of module.variables) {
    expect([name, Boolean(description), Boolean(type)]).toEqual([name, true, true])
  }
})

test('every reference leads to something in the module', () => {
  for (const name of used(/\blocal\.(\w+)/g)) expect(Object.keys(module.locals)).toContain(name)
  const addresses = used(/(?<![\w.])((?:data\.)?aws_\w+\.\w+)/g)
  expect(addresses.size).toBeGreaterThan(8)
  expect([...addresses].filter((address) => !module.things.has(address))).toEqual([])
})

test('what the module gives the service are settings that it reads', () => {
  const { settings, role_arn } = Object.fromEntries(module.outputs)
  expect(Object.keys(settings?.value as Block).filter((name) => !(name in EnvSchema.shape))).toEqual([])
  expect(role_arn).toBeDefined()
})

test('only those regions of AWS are allowed that the service allows', () => {
  const { condition } = part(module.variables.get('region') ?? {}, 'validation')
  const listed = [...String(condition).matchAll(/"([a-z]+-[a-z]+-\d)"/g)].map(([, region]) => region)
  const allowed = EnvSchema.parse({}).ALLOWED_REGIONS.filter((region) => /^eu-[a-z]+-\d$/.test(region))
  expect(new Set(listed)).toEqual(new Set(allowed))
})

test('the bucket keeps versions, can hold objects, locks nothing by itself, and is encrypted and private', () => {
  expect(thing(module, 'aws_s3_bucket.recordings').object_lock_enabled).toBe(true)
  const versioning = thing(module, 'aws_s3_bucket_versioning.recordings')
  expect(part(versioning, 'versioning_configuration').status).toBe('Enabled')
  const locks = [...module.things.keys()].filter((address) => address.includes('object_lock_configuration'))
  expect(locks).toEqual([])
  const encryption = thing(module, 'aws_s3_bucket_server_side_encryption_configuration.recordings')
  expect(part(part(encryption, 'rule'), 'apply_server_side_encryption_by_default')).toEqual({
    sse_algorithm: 'aws:kms',
    kms_master_key_id: expect.stringContaining('aws_kms_key.bucket.arn'),
  })
  const { bucket: _bucket, ...blocks } = thing(module, 'aws_s3_bucket_public_access_block.recordings')
  expect(blocks).toEqual({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  })
})

test('nobody comes without TLS, passes by a lock, or hides a recording', () => {
  const denied = statementsOf(module, 'bucket').map(({ effect, actions }) => `${effect} ${actions}`)
  expect(denied).toEqual(['Deny s3:*', 'Deny s3:BypassGovernanceRetention', 'Deny s3:DeleteObject'])
  const everybody = thing(module, 'data.aws_iam_policy_document.bucket').statement as readonly Block[]
  for (const statement of everybody) expect(part(statement, 'principals').identifiers).toEqual(['*'])
})

/** The right that each call needs. Parts of an upload need the right to put. */
const RIGHTS: Record<string, readonly string[]> = {
  HeadBucket: ['s3:ListBucket'],
  ListObjectVersions: ['s3:ListBucketVersions'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  GetBucketVersioning: ['s3:GetBucketVersioning'],
  GetObjectLockConfiguration: ['s3:GetBucketObjectLockConfiguration'],
  GetBucketPolicyStatus: ['s3:GetBucketPolicyStatus'],
  GetBucketLifecycleConfiguration: ['s3:GetLifecycleConfiguration'],
  PutBucketLifecycleConfiguration: ['s3:PutLifecycleConfiguration'],
  PutObject: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  DeleteObjects: ['s3:DeleteObjectVersion'],
  GetObjectTagging: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
  PutObjectTagging: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
  GetObjectLegalHold: ['s3:GetObjectLegalHold'],
  PutObjectLegalHold: ['s3:PutObjectLegalHold'],
}
/** Of the requests that are signed by hand. */
const READING = ['s3:GetObject', 's3:GetObjectVersion']

test('the service has the rights for the calls it makes, and no other', () => {
  const directory = new URL('../../../src/storage/', import.meta.url)
  const source = readdirSync(directory)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('kms-'))
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
    .join('\n')
  const calls = [...source.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name)
  expect(calls.filter((name) => !RIGHTS[name])).toEqual([])
  const needed = [...READING, ...calls.flatMap((name) => RIGHTS[name] ?? [])]
  const statements = statementsOf(module, 'service')
  expect(statements.every(({ effect }) => effect === 'Allow')).toBe(true)
  expect(new Set(statements.flatMap(({ actions }) => actions))).toEqual(new Set(needed))
})

test('who administers the keys cannot decrypt, and the service cannot end them', () => {
  const [service, administrators] = statementsOf(module, 'key')
  expect(service?.actions).toEqual(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'])
  expect(administrators?.actions.filter((action) => /Decrypt|GenerateDataKey|\*/.test(action))).toEqual([])
  for (const name of ['bucket', 'keyring']) {
    expect(thing(module, `aws_kms_key.${name}`)).toMatchObject({ enable_key_rotation: true })
    expect(part(thing(module, `aws_kms_key.${name}`), 'lifecycle').prevent_destroy).toBe(true)
  }
})

test('the first lifecycle rules are those that the service keeps, and later ones are left to it', () => {
  const configuration = thing(module, 'aws_s3_bucket_lifecycle_configuration.recordings')
  expect(part(configuration, 'lifecycle').ignore_changes).toEqual([expect.stringMatching(/^..rule.$/)])
  const given = (configuration.rule as readonly Block[]).map((rule) => ({
    ID: rule.id,
    Status: rule.status,
    prefix: part(rule, 'filter').prefix,
    abort: rule.abort_incomplete_multipart_upload && part(rule, 'abort_incomplete_multipart_upload'),
    expiration: part(rule, 'expiration'),
    noncurrent: rule.noncurrent_version_expiration && part(rule, 'noncurrent_version_expiration'),
  }))
  const kept = lifecycleRules({ today: '2026-07-15', horizonDays: 1, marginDays: 1 })
    .filter(({ Filter }) => !Filter?.And)
    .map(({ ID, Status, Filter, Expiration, ...rule }) => ({
      ID,
      Status,
      prefix: Filter?.Prefix,
      abort: rule.AbortIncompleteMultipartUpload && {
        days_after_initiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
      },
      expiration: Expiration?.Days ? { days: Expiration.Days } : { expired_object_delete_marker: true },
      noncurrent: rule.NoncurrentVersionExpiration && {
        noncurrent_days: rule.NoncurrentVersionExpiration.NoncurrentDays,
      },
    }))
  expect(given).toEqual(kept)
})
