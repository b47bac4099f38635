import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a request on its way to the store; undefined lets it pass. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** The connection breaks before the store hears of the request. */
  | { readonly kind: 'reset' }
  /** The store does its work, but its answer never arrives. */
  | { readonly kind: 'lose-answer' }
  /** The connection stays open and nothing comes. */
  | { readonly kind: 'stall' }
  /** The answer claims to be the whole object, as from a store that knows no ranges. */
  | { readonly kind: 'claim-whole' }
  /** The answer breaks off after this many bytes of its body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | undefined

export interface FaultyProxy {
  readonly endpoint: string
  /** Method and path with query of every request, in order. */
  readonly seen: string[]
  /** Decides the fate of each request. */
  fault: (method: string, url: string) => Fault
  openSockets(): number
  stop(): Promise<void>
}

/** An HTTP proxy in front of the real store that makes the faults a network or a busy store makes. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)

  function handle(req: IncomingMessage, res: ServerResponse): void {
    const { method = '', url = '', headers } = req
    proxy.seen.push(`${method} ${url}`)
    const fault = proxy.fault(method, url)
    if (fault?.kind === 'stall') return
    if (fault?.kind === 'reset') {
      req.socket.destroy()
      return
    }
    if (fault?.kind === 'status') {
      req.resume()
      req.once('end', () => res.writeHead(fault.status).end(`<Error><Code>${fault.code}</Code></Error>`))
      return
    }
    const onward = request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      if (fault?.kind === 'lose-answer') {
        answer.resume()
        answer.once('end', () => req.socket.destroy())
        return
      }
      if (fault?.kind === 'claim-whole') res.writeHead(200)
      else res.writeHead(answer.statusCode ?? 500, answer.headers)
      let left = fault?.kind === 'cut' ? fault.afterBytes : Number.POSITIVE_INFINITY
      answer.on('data', (data: Buffer) => {
        res.write(data.subarray(0, left))
        left -= data.length
        if (left > 0) return
        onward.destroy()
        // What was written must leave before the connection breaks.
        setTimeout(() => req.socket.destroy(), 20)
      })
      answer.on('end', () => res.end())
    })
    onward.on('error', () => req.socket.destroy())
    req.pipe(onward)
    res.on('close', () => onward.destroy())
  }

  const server = createServer(handle)
  let sockets = 0
  server.on('connection', (socket) => {
    sockets += 1
    socket.once('close', () => {
      sockets -= 1
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultyProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    fault: () => undefined,
    openSockets: () => sockets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}
