import type { RequestListener } from 'node:http'

/**
 * Answers for the service until it is composed: alive, but not ready. The port is taken first, so a
 * port in use is known before anything is started, and a database outage at start shows as "not ready".
 */
export function startingGate(): { handler: RequestListener; open(app: RequestListener): void } {
  let app: RequestListener = (req, res) => {
    const alive = req.url === '/livez'
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
    res.writeHead(
      alive ? 200 : 503,
      alive ? headers : { ...headers, 'Retry-After': '2', Connection: 'close' },
    )
    res.end(JSON.stringify({ status: alive ? 'ok' : 'starting' }))
  }
  return {
    handler: (req, res) => app(req, res),
    open(opened) {
      app = opened
    },
  }
}
