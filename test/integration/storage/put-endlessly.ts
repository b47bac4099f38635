import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'

/** A program that puts forever, until it is killed: `put-endlessly.ts <directory> <key>`. */
const [directory = '', key = ''] = process.argv.slice(2)

async function* endless() {
  for (;;) {
    yield Buffer.alloc(300_000)
    process.stdout.write('.')
    await delay(10)
  }
}

const store = await openFileObjectStore(directory)
await store.put(key, Readable.from(endless()), new AbortController().signal)
