/** The part of the standard interface that is used here; TypeScript has it only together with the browser's. */
declare namespace WebAssembly {
  class Module {
    private readonly compiled: unknown
  }
  type Imports = Record<string, Record<string, unknown>>
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: object
  }
  class Memory {
    readonly buffer: ArrayBuffer
    /** By pages of 64 KiB; gives the number of pages that there were. */
    grow(pages: number): number
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
