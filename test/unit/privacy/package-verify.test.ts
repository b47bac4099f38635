import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { generalVerify, importJWK, importX509 } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import type { DocumentSigner, SignedDocument } from '../../../src/audit/sign-document.ts'
import { verifyPackage } from '../../../src/privacy/package-verify.ts'
import { VconSchema } from '../../../src/privacy/vcon.ts'
import {
  archiveOf,
  audioOf,
  callWith,
  keyOf,
  newSigner,
  type SampleFile,
  sampleFiles,
  sealed,
  zipped,
} from '../../support/package-sample.ts'

const run = promisify(execFile)
const ID = '3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f'
const OTHER_ID = '7d9a1c3e-2b4f-4a6d-9c8e-1f2a3b4c5d6e'
const SOUND = Buffer.from('RIFF a call of two seconds'.repeat(40))

let signer: DocumentSigner
let other: DocumentSigner
let files: SampleFile[]
beforeAll(async () => {
  ;[signer, other] = await Promise.all([newSigner(), newSigner()])
  files = sampleFiles(signer, [[callWith(ID, SOUND), SOUND]])
})

const verify = async (archive: Buffer, key = signer) => verifyPackage(archiveOf(archive), [keyOf(key)])
const problemsOf = async (archive: Buffer, key = signer) =>
  (await verify(archive, key)).findings.map(({ file, problem }) => `${file ?? 'archive'} ${problem}`)
const replaced = (name: string, content: Buffer) =>
  files.map((file) => (file.name === name ? { name, content } : file))
const withoutLists = () => files.filter(({ name }) => !name.startsWith('manifest'))

test('a package as it was made has nothing wrong, and says what it includes', async () => {
  const { findings, manifest } = await verify(await zipped(files))

  expect(findings).toEqual([])
  expect(manifest?.recordings).toEqual([
    { id: ID, status: 'included' },
    { id: '0b6e3a52-5a0f-4a52-9a5e-1d0c5a3b9f10', status: 'withheld' },
  ])
})

test('every bit that is flipped anywhere is found', async () => {
  const archive = await zipped(files)
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length * 8 - 1), async (bit) => {
      const changed = Buffer.from(archive)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(await problemsOf(changed)).not.toEqual([])
    }),
    { numRuns: 400 },
  )
})

test('every bit of the structure that is flipped is found', async () => {
  const archive = await zipped([])
  for (let bit = 0; bit < archive.length * 8; bit += 1) {
    const changed = Buffer.from(archive)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect((await problemsOf(changed)).join()).toContain('archive')
  }
})

test('what is cut off, or put before or behind, is found', async () => {
  const archive = await zipped(files)
  for (const changed of [
    archive.subarray(0, -1),
    archive.subarray(1),
    Buffer.concat([archive, Buffer.from('more')]),
    Buffer.concat([Buffer.from('#!/bin/sh\n'), archive]),
    Buffer.alloc(0),
    Buffer.from('not a ZIP at all'),
  ])
    expect(await problemsOf(changed)).toEqual([expect.stringContaining('archive')])
})

describe('somebody who changes a file and mends every checksum', () => {
  test('cannot do so without the signed list', async () => {
    const changed = replaced('withheld.json', Buffer.from('{"withheld":[]}\n'))
    expect(await problemsOf(await zipped(changed))).toEqual([expect.stringContaining('withheld.json has')])
  })

  test('cannot write another list with another key', async () => {
    const changed = sealed(other, withoutLists(), [ID])
    expect(await problemsOf(await zipped(changed))).toEqual([
      'manifest.jws holds no signature by any of these keys',
    ])
  })

  test('cannot put audio in the place of that which a vCon was signed with', async () => {
    const name = `recordings/${ID}/audio.wav`
    const changed = withoutLists().map((file) =>
      file.name === name ? { name, content: Buffer.from('another call') } : file,
    )
    expect(await problemsOf(await zipped(sealed(signer, changed, [ID])))).toEqual([
      `${name} is not the audio that vcon/${ID}.vcon was signed with`,
    ])
  })

  test('cannot leave a file out or add one', async () => {
    const less = files.filter(({ name }) => name !== `recordings/${ID}/record.json`)
    expect(await problemsOf(await zipped(less))).toEqual([
      `recordings/${ID}/record.json is listed and not there`,
      `manifest.json includes recording ${ID}, which has not one record`,
    ])
    const more = [{ name: `vcon/${OTHER_ID}.vcon`, content: Buffer.from('{}') }, ...files]
    expect(await problemsOf(await zipped(more))).toEqual([
      `vcon/${OTHER_ID}.vcon holds no signature by any of these keys`,
      `vcon/${OTHER_ID}.vcon is there and not listed`,
      `manifest.json does not include recording ${OTHER_ID}, of which there are files`,
    ])
  })

  test('cannot say that it was made at another time', async () => {
    expect(await problemsOf(await zipped(files, new Date('2027-01-01T00:00:00Z')))).toEqual([
      'archive its files are of another time than its list',
    ])
  })
})

describe('a hostile archive is refused before anything of it is believed', () => {
  const yazlZip = async (add: (zip: ZipFile) => void) => {
    const zip = new ZipFile()
    add(zip)
    zip.end()
    return buffer(zip.outputStream as NodeJS.ReadableStream)
  }

  test('names that lead out of it', async () => {
    const named = (name: string) => [{ name, content: Buffer.from('x') }]
    for (const name of ['../../etc/passwd', '/etc/passwd', 'C:/windows/x', 'a\\..\\b'])
      expect(await problemsOf(await zipped(named(name)))).toEqual([expect.stringContaining('archive')])
  })

  test('two files of one name', async () => {
    const twice = [...files, { name: 'index.html', content: Buffer.from('other') }]
    expect(await problemsOf(await zipped(twice))).toEqual(['archive it has two files called "index.html"'])
  })

  test('compressed files, which could be bombs', async () => {
    const bomb = await yazlZip((zip) => zip.addBuffer(Buffer.alloc(20_000_000), 'index.html'))
    expect(bomb.length).toBeLessThan(50_000)
    expect(await problemsOf(bomb)).toEqual(['archive "index.html" is compressed'])
  })

  test('sizes that lie', async () => {
    const archive = await zipped([{ name: 'index.html', content: Buffer.from('short') }])
    const entry = archive.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
    for (const size of [4_000_000_000, 4, 0]) {
      const lying = Buffer.from(archive)
      lying.writeUInt32LE(size, entry + 20)
      lying.writeUInt32LE(size, entry + 24)
      expect(await problemsOf(lying)).toEqual([expect.stringContaining('archive')])
    }
  })

  test('files that no package has', async () => {
    const strange = [...files, { name: 'recordings/setup.exe', content: Buffer.from('MZ') }]
    expect(await problemsOf(await zipped(strange))).toEqual([
      'recordings/setup.exe is no file that a package has',
    ])
  })
})

test('a vCon passes the rules of core -03, and jose believes its signature by the certificate inside', async () => {
  const file = files.find(({ name }) => name === `vcon/${ID}.vcon`)
  const jws = JSON.parse(String(file?.content)) as SignedDocument
  const [certificate = ''] = jws.signatures[0].header.x5c
  const pem = new X509Certificate(Buffer.from(certificate, 'base64')).toString()

  const { payload, protectedHeader } = await generalVerify(jws, await importX509(pem, 'RS256'))
  expect(protectedHeader?.alg).toBe('RS256')
  await generalVerify(jws, await importJWK(signer.publicJwk))
  await expect(generalVerify(jws, await importJWK(other.publicJwk))).rejects.toThrow()

  const vcon = VconSchema.parse(JSON.parse(Buffer.from(payload).toString()))
  expect(vcon.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(jws.signatures[0].header.uuid).toBe(vcon.uuid)
  expect(vcon.dialog?.[0]).toMatchObject({
    parties: [[0], [1]],
    mediatype: 'audio/x-wav',
    content_hash: `sha512-${audioOf('', SOUND).sha512.toString('base64url')}`,
  })
})

test('Debian’s unzip opens a package', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'package-'))
  const path = join(directory, 'package.zip')
  await writeFile(path, await zipped(files))
  const { stdout } = await run('unzip', ['-t', path])
  await rm(directory, { recursive: true })
  expect(stdout).toContain('No errors detected')
})
