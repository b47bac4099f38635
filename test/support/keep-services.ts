import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KEPT, openServices } from './services.ts'

/** Holds the services open while it runs, so that repeated test runs do not start them each time. */
const services = await openServices()
const file = fileURLToPath(KEPT)
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, services.socket)
process.stdout.write(`services are kept for test runs until this process (${process.pid}) ends\n`)
process.on('exit', () => rmSync(file, { force: true }))
process.once('SIGINT', () => process.exit(130))
