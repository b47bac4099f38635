import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform, type TransformCallback } from 'node:stream'

/** `up` is from the client to the target, `down` is what the target answers. */
export type Direction = 'up' | 'down'

/** What goes wrong; offsets count the bytes of one connection in that direction. */
export interface Faults {
  /** New connections are reset at once. */
  readonly refuse?: boolean
  /** Every piece waits this long. */
  readonly delayMs?: number
  readonly bytesPerSecond?: number
  /** The connection is reset after exactly this many bytes. */
  readonly cutAfter?: { readonly direction: Direction; readonly bytes: number }
  /** Half open: after this many bytes nothing is forwarded any more, and nothing is closed. */
  readonly stallAfter?: { readonly direction: Direction; readonly bytes: number }
  /** The lowest bit of the byte at this offset is turned over. */
  readonly flipByteAt?: { readonly direction: Direction; readonly offset: number }
}

export interface FaultProxy {
  readonly port: number
  /** Replaces all faults, also for connections that are open. */
  set(faults: Faults): void
  /** Connections accepted so far, and those open now. */
  accepted(): number
  open(): number
  /** Resets every open connection. */
  cutAll(): void
  close(): Promise<void>
}

/** A TCP proxy on loopback in front of a real server, that breaks the network as told. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  let faults: Faults = {}
  let accepted = 0
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A reset is what this proxy is for.
    socket.on('error', () => {})
  }
  const server = createServer((client) => {
    accepted += 1
    track(client)
    if (faults.refuse) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(target.port, target.host)
    track(upstream)
    const cut = () => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    client.pipe(new Pipe('up', () => faults, cut)).pipe(upstream)
    upstream.pipe(new Pipe('down', () => faults, cut)).pipe(client)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      faults = next
    },
    accepted: () => accepted,
    open: () => sockets.size / 2,
    cutAll() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** One direction of one connection. */
class Pipe extends Transform {
  readonly #direction: Direction
  readonly #faults: () => Faults
  readonly #cut: () => void
  #passed = 0

  constructor(direction: Direction, faults: () => Faults, cut: () => void) {
    super()
    this.#direction = direction
    this.#faults = faults
    this.#cut = cut
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const faults = this.#faults()
    const wait =
      (faults.delayMs ?? 0) + (faults.bytesPerSecond ? (chunk.length / faults.bytesPerSecond) * 1000 : 0)
    if (wait > 0) setTimeout(() => this.#forward(chunk, done), wait)
    else this.#forward(chunk, done)
  }

  #forward(chunk: Buffer, done: TransformCallback): void {
    const { cutAfter, stallAfter, flipByteAt } = this.#faults()
    const from = this.#passed
    this.#passed += chunk.length
    const bytes = this.#flipped(chunk, from, flipByteAt)
    if (cutAfter?.direction === this.#direction && this.#passed > cutAfter.bytes) {
      this.push(bytes.subarray(0, Math.max(0, cutAfter.bytes - from)))
      setImmediate(this.#cut)
      return
    }
    if (stallAfter?.direction === this.#direction && this.#passed > stallAfter.bytes) {
      this.push(bytes.subarray(0, Math.max(0, stallAfter.bytes - from)))
      // Never calling `done` is the stall: the sender's buffers fill up behind it.
      return
    }
    done(null, bytes)
  }

  #flipped(chunk: Buffer, from: number, at: Faults['flipByteAt']): Buffer {
    if (at?.direction !== this.#direction || at.offset < from || at.offset >= from + chunk.length)
      return chunk
    const copy = Buffer.from(chunk)
    const index = at.offset - from
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index)
    return copy
  }
}
