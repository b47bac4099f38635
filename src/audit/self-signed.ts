import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'

/** DER (X.690): a tag, the length of the value, the value. */
function der(tag: number, ...values: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(values)
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value])
  const size = Buffer.from(value.length.toString(16).padStart(4, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, value])
}

const sequence = (...values: readonly Uint8Array[]): Buffer => der(0x30, ...values)
const bits = (unused: number, value: Uint8Array): Buffer => der(0x03, Buffer.from([unused]), value)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

const SHA256_WITH_RSA = sequence(hex('06092a864886f70d01010b'), hex('0500'))
const COMMON_NAME = hex('0603550403')
const KEY_USAGE = hex('0603551d0f')
const CRITICAL = hex('0101ff')
const DIGITAL_SIGNATURE = bits(7, hex('80'))
const VERSION_3 = der(0xa0, hex('020102'))

/** RFC 5280, 4.1.2.5: two digits of the year until 2049, four after that. */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+|[-:T]/g, '')
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

export interface CertificateWanted {
  readonly commonName: string
  readonly from: Date
  readonly until: Date
}

/**
 * An X.509 v3 certificate that an RSA key gives to itself (RFC 5280). It says nothing but a name: whoever believes
 * the key believes it for another reason, and tools that want a certificate beside a signature have one.
 */
export function selfSigned(privateKey: KeyObject, wanted: CertificateWanted): X509Certificate {
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(wanted.commonName)))))
  const serial = randomBytes(16)
  // Positive, and its first byte not zero: one spelling in DER.
  serial.writeUInt8((serial.readUInt8() & 0x3f) | 0x40)
  const body = sequence(
    ...[VERSION_3, der(0x02, serial), SHA256_WITH_RSA, name],
    sequence(time(wanted.from), time(wanted.until)),
    name,
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(sequence(KEY_USAGE, CRITICAL, der(0x04, DIGITAL_SIGNATURE)))),
  )
  return new X509Certificate(sequence(body, SHA256_WITH_RSA, bits(0, sign('sha256', body, privateKey))))
}
