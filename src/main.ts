#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { buildProgram } from './cli/program.ts'
import { ConfigError } from './config/env.ts'

/** The process edge: the only place that knows arguments, environment, signals and exit codes. */
const program = buildProgram({
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (handle) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => handle(signal))
  },
  setExitCode: (code) => {
    process.exitCode = code
  },
  // Only for the second signal: somebody asked twice not to wait.
  exitNow: (code) => process.exit(code),
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.stderr.write(`listenback: ${explain(error)}\n`)
  process.exitCode = error instanceof ConfigError ? 78 : 1
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message}${cause}`
}
