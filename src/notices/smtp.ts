import { createTransport } from 'nodemailer'
import { SECOND } from '../kernel/units.ts'
import { type Letter, type Post, PostFailure } from './send-mail.ts'

export interface SmtpConfig {
  /** `smtp://` or `smtps://`, with name and password where the server asks for them. */
  readonly url: string
  readonly from: string
}

export interface Smtp extends Disposable {
  readonly post: Post
}

/** Nothing that a mail server, or the library, could take for a second address or another line. */
const ONE_ADDRESS = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Submission over TLS: from the start with smtps, or STARTTLS, which only a server on this machine may lack. */
export function openSmtp({ url, from }: SmtpConfig): Smtp {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !LOOPBACK.has(hostname),
    ignoreTLS: !secure && LOOPBACK.has(hostname),
    tls: { minVersion: 'TLSv1.2' },
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: 1,
    connectionTimeout: 10 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 30 * SECOND,
    // A letter is text that we wrote: nothing in it may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async post(letter) {
      if (!ONE_ADDRESS.test(letter.to)) throw new PostFailure('EADDRESS', 'final')
      await transport.sendMail(messageOf(letter, from)).catch((error: unknown) => {
        throw failureOf(error)
      })
    },
    [Symbol.dispose]: () => transport.close(),
  }
}

/** Addresses are given in parts, so that nothing in them is read as another address or another header. */
const messageOf = ({ to, subject, text, messageId }: Letter, from: string) => ({
  from: { name: 'Listenback', address: from },
  to: { name: '', address: to },
  envelope: { from, to: [to] },
  subject,
  text,
  messageId,
  // RFC 3834: nobody's answering machine answers this.
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
})

/** What the server says can hold the address, so only codes go on. */
function failureOf(error: unknown): PostFailure {
  const { code = 'EUNKNOWN', responseCode } = error as { code?: string; responseCode?: number }
  const isAboutLetter = code === 'EENVELOPE' || code === 'EMESSAGE'
  const isFinal = isAboutLetter && responseCode !== undefined && responseCode >= 500
  const text = responseCode === undefined ? code : `${code} ${responseCode}`
  return new PostFailure(text, isFinal ? 'final' : isAboutLetter ? 'later' : 'server')
}
