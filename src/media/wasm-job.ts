/** What a worker is given: one run of ffmpeg, and what it may see. */
export interface WasmJob {
  /** The script of the npm package that goes with the module. */
  readonly script: string
  readonly module: WebAssembly.Module
  readonly args: readonly string[]
  /** Becomes the only file there is, `SOURCE`. */
  readonly source: Uint8Array
  /** Paths that ffmpeg writes samples to; every piece is sent off at once. */
  readonly streams: readonly string[]
  /** Paths of files that are sent off at the end. */
  readonly files: readonly string[]
  readonly memoryBytes: number
  /** Number of bytes that were sent and not yet taken in: the worker waits when it is too high. */
  readonly waiting: SharedArrayBuffer
}

export type WasmMessage = { readonly stream: number; readonly bytes: Uint8Array<ArrayBuffer> } | WasmEnd

export interface WasmEnd {
  /** Null when it broke down. */
  readonly exitCode: number | null
  readonly said: string
  readonly files: readonly Uint8Array<ArrayBuffer>[]
}

export const SOURCE = '/source'
