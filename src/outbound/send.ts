import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { KIB, SECOND } from '../kernel/units.ts'
import { AddressRefused, hostOf, isAllowedAddress, type OutboundRules, readAddress } from './address.ts'

/** Every address of a name, as the resolver gives them now. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export interface OutboundPorts {
  readonly rules: OutboundRules
  /** Absent: the system's resolver. */
  readonly resolve?: Resolve
  /** Absent: the certificate authorities that Node trusts. */
  readonly ca?: string
}

export interface Message {
  readonly method: 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Readable
  /** For the whole exchange. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** An answer, and of its body no more than its beginning. */
export interface Reply {
  readonly status: number
  readonly body: string
}

const TIMEOUT_MS = 15 * SECOND
const IDLE_MS = 30 * SECOND
const MOST_OF_REPLY = 16 * KIB

/**
 * Talks to addresses that people gave, and to nothing else: the name is resolved, every address of it is
 * judged, and the connection goes to an address that was judged, whatever the name means a moment later. No
 * redirect is followed, no proxy or connection is shared, and of an answer only the beginning is read.
 */
export function makeOutbound({ rules, resolve = fromSystem, ca }: OutboundPorts) {
  async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
    const family = isIP(host)
    const found = family === 0 ? await resolve(host) : [{ address: host, family }]
    if (found.length === 0) throw new AddressRefused('has no address')
    if (!found.every(({ address }) => isAllowedAddress(address, rules)))
      throw new AddressRefused('is not on the internet')
    return found
  }

  return {
    /** Judges an address before it is stored. Throws AddressRefused, also for a name that nobody knows. */
    async check(text: string): Promise<URL> {
      const url = readAddress(text, rules)
      await addressesOf(hostOf(url)).catch((error: unknown) => {
        throw error instanceof AddressRefused
          ? error
          : new AddressRefused('is a name that nobody knows', { cause: error })
      })
      return url
    },

    /** Sends one message. Rejects with AddressRefused, or with whatever was wrong with the connection. */
    async send(message: Message): Promise<Reply> {
      const url = readAddress(message.url, rules)
      const addresses = await addressesOf(hostOf(url))
      return exchange(url, message, addresses, { rules, ca })
    },
  }
}

export type Outbound = ReturnType<typeof makeOutbound>

const fromSystem: Resolve = (host) => dns.lookup(host, { all: true, verbatim: true })

function exchange(
  url: URL,
  { method, headers, body, timeoutMs = TIMEOUT_MS, signal }: Message,
  addresses: readonly LookupAddress[],
  { rules, ca }: { rules: OutboundRules; ca: string | undefined },
): Promise<Reply> {
  const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      ...{ method, headers, signal: deadline, agent: false, lookup: only(addresses), timeout: IDLE_MS },
      ...(ca === undefined ? {} : { ca }),
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
    request.on('socket', (socket) => judgeOnConnect(socket, request, rules))
    request.on('response', (answer) => readReply(answer).then(resolve, reject))
    if (typeof body === 'string') request.end(body)
    else pipeline(body, request, (error) => error && reject(error))
  })
}

/** The connection is made to what was judged, without asking the resolver a second time. */
function only(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options: LookupOptions, done) => {
    const [first] = addresses
    if (options.all) done(null, [...addresses])
    else if (first) done(null, first.address, first.family)
  }
}

/** The last judgement is on the socket itself: who is really at the other end. */
function judgeOnConnect(socket: Socket, request: ClientRequest, rules: OutboundRules): void {
  socket.once('connect', () => {
    if (!isAllowedAddress(socket.remoteAddress ?? '', rules))
      request.destroy(new AddressRefused('is not on the internet'))
  })
}

/** Reads the beginning of the answer and hangs up on the rest. */
async function readReply(answer: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length >= MOST_OF_REPLY) break
  }
  answer.destroy()
  const body = Buffer.concat(pieces).subarray(0, MOST_OF_REPLY).toString()
  return { status: answer.statusCode ?? 0, body }
}
