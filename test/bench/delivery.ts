import { randomUUID } from 'node:crypto'
import { wavHeader } from '../crash/calls.ts'
import { callMetadata, envelope } from '../support/deliver.ts'

/** A mono 8 kHz PCM WAV of about this size, filled with noise so that nothing compresses. */
export function wav(bytes: number): Buffer {
  const data = Buffer.allocUnsafe(bytes)
  for (let i = 0; i + 4 <= bytes; i += 4)
    data.writeUInt32LE((Math.imul(i, 2_654_435_761) ^ (i << 7)) >>> 0, i)
  return Buffer.concat([wavHeader(bytes), data])
}

/** A delivery as a telephony system sends it, whole in memory so that making it costs nothing while measuring. */
export function delivery(memberRef: string, audio: Buffer): { body: Buffer; contentType: string } {
  const metadata = callMetadata({ callId: randomUUID(), memberRef, product: 'disability' })
  const { head, tail, contentType } = envelope({ metadata })
  return { body: Buffer.concat([head, audio, tail]), contentType }
}
