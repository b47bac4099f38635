/** A recording's age identity as stored: readable only with the named key-encryption key. */
export interface WrappedIdentity {
  readonly kekId: string
  readonly wrapped: Uint8Array
}

/**
 * Wraps and unwraps the 32-byte X25519 secret of each recording. The recording id is bound in as
 * additional data, so a wrapped identity cannot be moved to another recording.
 * Throws Problem('unavailable') when the key-encryption key is missing or wrong: never a fallback.
 */
export interface Keyring {
  wrap(secret: Uint8Array, recordingId: string): Promise<WrappedIdentity>
  unwrap(identity: WrappedIdentity, recordingId: string): Promise<Uint8Array>
  /** Throws unless wrapping and unwrapping works right now. */
  check(): Promise<void>
}
