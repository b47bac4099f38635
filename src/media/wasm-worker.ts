import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { MIB } from '../kernel/units.ts'
import { CappedText } from './ffmpeg-report.ts'
import { SOURCE, type WasmEnd, type WasmJob } from './wasm-job.ts'

/**
 * Runs ffmpeg once, as WebAssembly, on a file system that is nothing but memory: no file of this machine and no
 * network exists for it. Whoever started this worker ends it when it takes too long.
 */
interface Core {
  FS: {
    writeFile(path: string, bytes: Uint8Array): void
    readFile(path: string): Uint8Array<ArrayBuffer>
    makedev(major: number, minor: number): number
    registerDevice(device: number, operations: object): void
    mkdev(path: string, mode: number, device: number): void
    ErrnoError: new (errno: number) => Error
  }
  setLogger(logger: (line: { message: string }) => void): void
  exec(...args: string[]): number
}

type CreateCore = (options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object
}) => Promise<Core>

const PAGE = 65_536
/** Of samples on their way; enough to keep both sides busy. */
const MAX_WAITING = MIB
/** What the standard library calls `ESPIPE`: a stream cannot be wound back. */
const ESPIPE = 70
/** Any number that no device of the core's own has. */
const MAJOR = 64

/** Growing is how all its memory is had; refused, ffmpeg sees an allocation fail. */
function limitMemory(bytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    if (this.buffer.byteLength + pages * PAGE > bytes) throw new RangeError('no more memory')
    return grow.call(this, pages)
  }
}

function load({ script, module }: WasmJob): Promise<Core> {
  // The script takes this for a worker of a browser; it asks for nothing but its own address.
  Object.assign(globalThis, { self: globalThis, location: { href: script, pathname: script } })
  const create = createRequire(script)(script) as CreateCore
  return create({
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(module, imports)
      done(instance)
      return instance.exports
    },
  })
}

/** A device whose bytes go to the other side as they are written, at the pace at which they are taken in there. */
function addStream(fs: Core['FS'], path: string, stream: number, waiting: Int32Array): void {
  const device = fs.makedev(MAJOR, stream)
  fs.registerDevice(device, {
    open() {},
    close() {},
    llseek() {
      throw new fs.ErrnoError(ESPIPE)
    },
    write(_stream: unknown, heap: Int8Array, offset: number, length: number) {
      const bytes = new Uint8Array(heap.buffer, heap.byteOffset + offset, length).slice()
      Atomics.add(waiting, 0, length)
      parentPort?.postMessage({ stream, bytes }, [bytes.buffer])
      for (let now = Atomics.load(waiting, 0); now > MAX_WAITING; now = Atomics.load(waiting, 0))
        Atomics.wait(waiting, 0, now)
      return length
    },
  })
  fs.mkdev(path, 0o222, device)
}

/** The exit code, or null when the code itself broke down, as a program would by a signal. */
function runOnce(core: Core, args: readonly string[], said: CappedText): number | null {
  try {
    return core.exec(...args)
  } catch (error) {
    said.add(`\n${error instanceof Error ? error.name : 'unknown'}\n`)
    return null
  }
}

async function work(job: WasmJob): Promise<void> {
  limitMemory(job.memoryBytes)
  const core = await load(job)
  const said = new CappedText()
  core.setLogger(({ message }) => said.add(`${message}\n`))
  const waiting = new Int32Array(job.waiting)
  core.FS.writeFile(SOURCE, job.source)
  job.streams.forEach((path, i) => {
    addStream(core.FS, path, i, waiting)
  })
  const exitCode = runOnce(core, job.args, said)
  const files = exitCode === 0 ? job.files.map((path) => core.FS.readFile(path)) : []
  const end: WasmEnd = { exitCode, said: said.toString(), files }
  parentPort?.postMessage(
    end,
    files.map(({ buffer }) => buffer),
  )
}

await work(workerData as WasmJob)
