import { finished } from 'node:stream/promises'
import { EngineError, type EngineLimits, type MadeFile, type OutputSpec } from './engine.ts'

const sinksOf = (outputs: readonly OutputSpec[]) =>
  outputs.flatMap((spec) => (spec.kind === 'pcm' ? [spec.to] : []))

/** Tells the readers of samples that they have seen everything, and waits until they have taken it in. */
export async function endSinks(outputs: readonly OutputSpec[]): Promise<void> {
  try {
    await Promise.all(
      sinksOf(outputs).map((sink) => {
        const taken = finished(sink, { readable: false })
        sink.end()
        return taken
      }),
    )
  } catch (cause) {
    throw new EngineError('failed', 'what was made could not be passed on', cause)
  }
}

/** Without an error of their own: it is told once, by whoever asked for the work. */
export function closeSinks(outputs: readonly OutputSpec[]): void {
  for (const sink of sinksOf(outputs)) sink.destroy()
}

export const mediaTypeOf = (spec: OutputSpec): MadeFile['mediaType'] =>
  spec.kind === 'flac' ? 'audio/flac' : 'audio/mp4'

/** ffmpeg ends a file that grows too large in good order; it is cut off all the same. */
export function requireWithin(files: readonly MadeFile[], { outputBytes }: EngineLimits): void {
  if (files.some(({ bytes }) => bytes >= outputBytes))
    throw new EngineError('limits', 'makes a larger file than it may')
}
