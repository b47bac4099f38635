import { Readable } from 'node:stream'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'

/** A program that puts one object of some size: `put-once.ts <directory> <key> <bytes>`. */
const [directory = '', key = '', bytes = '0'] = process.argv.slice(2)
const store = await openFileObjectStore(directory)
await store.put(key, Readable.from([Buffer.alloc(Number(bytes))]), new AbortController().signal)
