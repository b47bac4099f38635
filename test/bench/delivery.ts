import { randomUUID } from 'node:crypto'

/** A mono 8 kHz PCM WAV of about this size, filled with noise so that nothing compresses. */
export function wav(bytes: number): Buffer {
  const data = Buffer.allocUnsafe(bytes)
  for (let i = 0; i < bytes; i += 4)
    data.writeUInt32LE((Math.imul(i, 2_654_435_761) ^ (i << 7)) >>> 0, Math.min(i, bytes - 4))
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + bytes, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(bytes, 40)
  return Buffer.concat([header, data])
}

/** A multipart delivery as a telephony system sends it, whole in memory so that making it costs nothing while measuring. */
export function delivery(memberRef: string, audio: Buffer): { body: Buffer; contentType: string } {
  const boundary = `bench-${randomUUID()}`
  const metadata = {
    callId: randomUUID(),
    startedAt: new Date(Date.now() - 3_600_000).toISOString(),
    memberRef,
    agentRef: 'A-1',
    entity: 'hmbs',
    product: 'disability',
    direction: 'inbound',
    language: 'nl',
    noticeVersion: '2026-01',
    purposes: ['training_coaching'],
    sensitivity: [],
  }
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n` +
    `${JSON.stringify(metadata)}\r\n--${boundary}\r\n` +
    'Content-Disposition: form-data; name="audio"; filename="call.wav"\r\nContent-Type: audio/wav\r\n\r\n'
  return {
    body: Buffer.concat([Buffer.from(head), audio, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
