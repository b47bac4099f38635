import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { ownDirectory, waitFor } from '../../support/processes.ts'

const POSTGRES = new URL('../../support/postgres.ts', import.meta.url).href
const OWNER = `
  const { startPostgres } = await import(${JSON.stringify(POSTGRES)})
  const { pid } = await startPostgres()
  console.log(pid)
  setInterval(() => {}, 1000)`

/** A process that started a server of its own, and that server's process id. */
async function owner() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OWNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, serverPid: Number(String(line)) }
}

const directoriesOf = (pid: number | undefined) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`listenback-test-postgres-${pid}-`))

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a test run that ends by %s leaves no server running',
  async (signal) => {
    const { child, serverPid } = await owner()
    expect(existsSync(`/proc/${serverPid}`)).toBe(true)
    child.kill(signal)
    await waitFor('the end of the server', async () => (existsSync(`/proc/${serverPid}`) ? undefined : true))
    // What a killed run could not remove itself, the next one removes.
    ownDirectory('next')
    expect(directoriesOf(child.pid)).toEqual([])
  },
)
