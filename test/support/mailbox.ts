import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface Delivered {
  readonly to: readonly string[]
  readonly from: string
  readonly raw: string
}

export interface Mailbox {
  readonly url: string
  readonly delivered: Delivered[]
  /** What the server says to each recipient from now on; 250: takes the mail. `drop`: takes it and hangs up. */
  answer(how: 250 | 450 | 550 | 'drop'): void
  close(): Promise<void>
}

/** A real SMTP server on loopback that keeps what it takes. */
export async function startMailbox(): Promise<Mailbox> {
  const delivered: Delivered[] = []
  let how: 250 | 450 | 550 | 'drop' = 250
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'post' && password === 'p@ss/word'
        ? done(null, { user: username })
        : done(new Error('wrong name or password')),
    onRcptTo(_address, _session, done) {
      if (how === 250 || how === 'drop') return done()
      done(Object.assign(new Error(`<${_address.address}> is not taken`), { responseCode: how }))
    },
    onData(stream, { envelope }, done) {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = envelope
        const to = rcptTo.map(({ address }) => address)
        delivered.push({ to, from: mailFrom ? mailFrom.address : '', raw })
        if (how !== 'drop') return done()
        for (const connection of server.connections) connection.close()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://post:p%40ss%2Fword@127.0.0.1:${port}`,
    delivered,
    answer(next) {
      how = next
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
