import type { AudioWorkKind } from '../db/audio-schema.ts'

/**
 * How a piece of work on a recording's audio ended. `done`: there is nothing left to do, also because the
 * recording is gone or no longer wants it. `park`: trying again would not help; the code says why.
 */
export type TaskResult = 'done' | { readonly park: string }

/** Makes one thing of one recording. Safe to repeat; whatever it throws counts as passing and is tried again. */
export type AudioTask = (recordingId: string, signal: AbortSignal) => Promise<TaskResult>

export type AudioTasks = Readonly<Record<AudioWorkKind, AudioTask>>
