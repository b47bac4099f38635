/** A cookie of ours: never readable by script, for the whole host and for no other. */
export interface CookieSpec {
  readonly name: string
  readonly secure: boolean
  readonly sameSite: 'Strict' | 'Lax'
  /** Absent: until the browser closes. */
  readonly maxAgeSeconds?: number
}

/**
 * Names the cookies of a site. Over https they carry the `__Host-` prefix (RFC 6265bis section 4.1.3.2), with
 * which the browser takes them from this very host only. Plain http exists on loopback only, where
 * browsers refuse the prefix and may refuse Secure.
 */
export function cookiesFor(publicUrl: string): { session: CookieSpec; login: CookieSpec } {
  const secure = new URL(publicUrl).protocol === 'https:'
  const prefix = secure ? '__Host-' : ''
  return {
    session: { name: `${prefix}listenback`, secure, sameSite: 'Strict' },
    // The way back from the identity provider is a cross-site navigation, on which Strict is not sent.
    login: { name: `${prefix}listenback-login`, secure, sameSite: 'Lax', maxAgeSeconds: 600 },
  }
}

export function setCookie(spec: CookieSpec, value: string): string {
  const age = value === '' ? 0 : spec.maxAgeSeconds
  return [
    `${spec.name}=${value}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${spec.sameSite}`,
    ...(spec.secure ? ['Secure'] : []),
    ...(age === undefined ? [] : [`Max-Age=${age}`]),
  ].join('; ')
}

export const clearCookie = (spec: CookieSpec): string => setCookie(spec, '')

/** The value of one cookie; undefined when absent, and when it is there twice: one of the two was planted. */
export function readCookie(header: string | undefined, spec: CookieSpec): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${spec.name}=`))
  return values.length === 1 ? values[0]?.slice(spec.name.length + 1) : undefined
}
