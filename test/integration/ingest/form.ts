import { wavHeader } from '../../crash/calls.ts'

export interface FormPart {
  readonly name?: string
  readonly fileName?: string
  readonly type?: string
  readonly content: Buffer | string
}

export const BOUNDARY = 'listenback-test-boundary'

/** A multipart body, byte by byte as given: no library that would mend what a test breaks. */
export function formBody(parts: readonly FormPart[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const pieces = parts.flatMap(({ name, fileName, type, content }) => {
    const disposition = [
      'form-data',
      ...(name === undefined ? [] : [`name="${name}"`]),
      ...(fileName === undefined ? [] : [`filename="${fileName}"`]),
    ].join('; ')
    const head = `--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n`
    return [Buffer.from(head, 'latin1'), Buffer.from(content), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(end)])
}

export const metadataPart = (value: unknown): FormPart => ({
  name: 'metadata',
  content: JSON.stringify(value),
})

export const audioPart = (content: Buffer | string, type = 'audio/wav', fileName = 'call.wav'): FormPart => ({
  name: 'audio',
  fileName,
  type,
  content,
})

/** An uncompressed telephone call of some seconds: 8 kHz, 16 bits, with sound that differs by seed. */
export function wav(seconds: number, seed = 1): Buffer {
  const data = Buffer.alloc(seconds * 16000)
  for (let at = 0; at < data.length; at += 2)
    data.writeInt16LE(Math.round(9000 * Math.sin((at * seed) / 50)), at)
  return Buffer.concat([wavHeader(data.length), data])
}
