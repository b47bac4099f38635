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

/** A delivery as a telephony system sends it; the audio is not copied, so that making it costs nothing while measuring. */
export function delivery(memberRef: string, audio: Buffer) {
  const metadata = callMetadata({ callId: randomUUID(), memberRef, product: 'disability' })
  const { head, tail, contentType } = envelope({ metadata })
  return { parts: [head, audio, tail], bytes: head.length + audio.length + tail.length, contentType }
}
