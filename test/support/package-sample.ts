import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openDocumentKey } from '../../src/audit/document-key-file.ts'
import type { DocumentSigner } from '../../src/audit/sign-document.ts'
import type { Archive } from '../../src/privacy/package-archive.ts'
import type { PackagedAudio, PackagedCall } from '../../src/privacy/package-call.ts'
import {
  accessLogOf,
  article15Of,
  type PackageFacts,
  recipientsOf,
  recordOf,
  withheldOf,
} from '../../src/privacy/package-documents.ts'
import { audioName, jsonFile, recordName, vconName } from '../../src/privacy/package-manifest.ts'
import { pageOf } from '../../src/privacy/package-page.ts'
import { sealPackage } from '../../src/privacy/package-seal.ts'
import { vconOf } from '../../src/privacy/package-vcon.ts'
import { dosTime, layOut, readZip } from '../../src/privacy/package-zip.ts'
import { makeVconIds } from '../../src/privacy/vcon-id.ts'

export const MADE_AT = new Date('2026-11-20T10:15:31.250Z')

export async function newSigner(): Promise<DocumentSigner> {
  const directory = await mkdtemp(join(tmpdir(), 'document-key-'))
  try {
    return await openDocumentKey(join(directory, 'key'), { create: true, now: MADE_AT })
  } finally {
    await rm(directory, { recursive: true })
  }
}

export const keyOf = (signer: DocumentSigner): KeyObject =>
  createPublicKey({ key: { ...signer.publicJwk }, format: 'jwk' })

export const audioOf = (name: string, content: Buffer): PackagedAudio => ({
  name,
  mediaType: 'audio/wav',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest(),
  sha512: createHash('sha512').update(content).digest(),
})

export const callWith = (id: string, content: Buffer, more: Partial<PackagedCall> = {}): PackagedCall => ({
  id,
  entity: 'hmbs',
  product: 'disability',
  direction: 'inbound',
  language: 'nl',
  noticeVersion: '2026-01',
  sensitivity: [],
  startedAt: new Date('2026-10-01T09:00:00Z'),
  endedAt: new Date('2026-10-01T09:05:00Z'),
  receivedAt: new Date('2026-10-01T09:06:00Z'),
  durationSeconds: 300,
  keepUntil: '2027-04-01',
  parties: ['member', 'agent'],
  audioChannels: 2,
  silence: [],
  cuts: [],
  tags: [
    {
      purpose: 'training_coaching',
      legalBasis: 'legitimate_interests',
      product: 'disability',
      ruleId: 'training',
      ruleVersion: 1,
      trigger: 'call_end',
      triggerDate: '2026-10-01',
      minUntil: null,
      retainUntil: '2027-04-01',
      state: 'active',
    },
  ],
  audio: audioOf(audioName(id, 'wav'), content),
  playback: null,
  pseudonyms: { member: 'f'.repeat(32), agent: 'a'.repeat(32) },
  ...more,
})

export interface SampleFile {
  readonly name: string
  readonly content: Buffer
}

const FACTS: PackageFacts = {
  id: '5bd25b2c-3d3f-4f0c-8f1b-2c0d8c8b6d01',
  kind: 'access',
  generatedAt: MADE_AT,
  contact: 'privacy@example.nl',
  entities: ['hmbs'],
  purposes: { training_coaching: 'training en coaching van medewerkers' },
  recipients: [
    {
      name: 'Voorbeeld Spraakanalyse B.V.',
      country: 'NL',
      kind: 'processor',
      legalBasis: null,
      purpose: null,
      at: null,
      recordingId: null,
    },
  ],
  withheld: [
    {
      recordingId: '0b6e3a52-5a0f-4a52-9a5e-1d0c5a3b9f10',
      code: 'CrimeInvestigationImpaired',
      text: 'Eén gesprek houden wij nog achter.',
      until: '2027-01-31',
    },
  ],
}

/** The files of a package of these calls, as the service makes them. */
export function sampleFiles(
  signer: DocumentSigner,
  calls: readonly (readonly [PackagedCall, Buffer])[],
  facts: PackageFacts = FACTS,
): SampleFile[] {
  const nextId = makeVconIds('calls.example.nl')
  const page = calls.map(([call]) => ({
    ...call,
    hasCuts: call.cuts.length > 0,
    isSilenced: call.silence.length > 0,
  }))
  const files: SampleFile[] = [
    { name: 'index.html', content: Buffer.from(pageOf(facts, page)) },
    { name: 'article15.json', content: jsonFile(article15Of(facts)) },
    { name: 'recipients.json', content: jsonFile(recipientsOf(facts.recipients)) },
    { name: 'access-log.json', content: jsonFile(accessLogOf([])) },
    { name: 'withheld.json', content: jsonFile(withheldOf(facts.withheld)) },
    ...calls.flatMap(([call, content]) => {
      const vcon = vconOf(call, { uuid: nextId(MADE_AT), createdAt: MADE_AT })
      return [
        { name: call.audio.name, content },
        { name: recordName(call.id), content: jsonFile(recordOf(call, facts.recipients)) },
        {
          name: vconName(call.id),
          content: jsonFile(signer.sign(Buffer.from(JSON.stringify(vcon)), { uuid: vcon.uuid })),
        },
      ]
    }),
  ]
  return sealed(
    signer,
    files,
    calls.map(([call]) => call.id),
    facts,
  )
}

/** The same files with a list that names them as they are now. */
export function sealed(
  signer: DocumentSigner,
  files: readonly SampleFile[],
  included: readonly string[],
  facts: PackageFacts = FACTS,
): SampleFile[] {
  const listed = files.map(({ name, content }) => ({
    name,
    mediaType: 'application/octet-stream',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest(),
  }))
  const { manifest, signature } = sealPackage(facts, included, listed, signer)
  return [
    ...files,
    { name: 'manifest.json', content: manifest },
    { name: 'manifest.jws', content: signature },
  ]
}

export async function zipped(files: readonly SampleFile[], at = MADE_AT): Promise<Buffer> {
  const layout = layOut(
    files.map(({ name, content }) => ({ name, bytes: content.length, crc32: crc32(content) })),
    dosTime(at),
  )
  const pieces = readZip(layout, { offset: 0, length: layout.bytes }, async function* (file, span) {
    yield (files[file] as SampleFile).content.subarray(span.offset, span.offset + span.length)
  })
  return Buffer.concat(await Array.fromAsync(pieces))
}

export const archiveOf = (bytes: Buffer): Archive => ({
  bytes: bytes.length,
  async *read({ offset, length }) {
    yield bytes.subarray(offset, offset + length)
  },
})
