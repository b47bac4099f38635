/**
 * Why an age file did not open, in the terms of the C2SP test vectors:
 * `header` is malformed, `no_match` has no stanza for our identity, `mac` says the header was
 * altered, `payload` that a chunk was altered, moved or cut off.
 */
export class AgeError extends Error {
  override readonly name = 'AgeError'
  readonly kind: 'header' | 'no_match' | 'mac' | 'payload'

  constructor(kind: AgeError['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
