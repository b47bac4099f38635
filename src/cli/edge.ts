import type { Readable, Writable } from 'node:stream'

/** What a command may touch of the process it runs in; handed in, so that commands can be tested. */
export interface Edge {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => string
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly onSignal: (handle: (signal: string) => void) => void
  readonly setExitCode: (code: number) => void
  readonly exitNow: (code: number) => void
}
