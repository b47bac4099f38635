import { request } from 'node:http'

/** Environment variable with the socket where this run's services are asked for; workers inherit it. */
export const SERVICES = 'LISTENBACK_TEST_SERVICES'

/** The address of a service, which is started now if nobody needed it before. */
export function askServices<T>(name: 'postgres' | 'rgw' | 'demo'): Promise<T> {
  const socketPath = process.env[SERVICES]
  if (!socketPath)
    throw new Error('test services are reached from Vitest; elsewhere call startPostgres() or startRgw()')
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/${name}`, agent: false }, (res) => {
      let body = ''
      res.setEncoding('utf8')
      res.on('data', (chunk) => (body += chunk))
      res.on('end', () =>
        res.statusCode === 200
          ? resolve(JSON.parse(body))
          : reject(new Error(`${name} did not start: ${body}`)),
      )
    })
    asked.once('error', reject)
    asked.end()
  })
}
