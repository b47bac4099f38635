import { useGet, useSend } from '../api/use-api.ts'
import type { Calibration, Note, Sample, SampleSummary, ScoreForm } from './contract.ts'

/** An objection withdraws a call within seconds; whoever has the page open sees it well within a minute. */
const LOOK_AGAIN_MS = 25_000

export const SAMPLES = '/v1/training-samples'
export const samplePath = (id: string): string => `${SAMPLES}/${encodeURIComponent(id)}`

export const itemPath = (id: string, n: number): string => `${samplePath(id)}/items/${n}`

export const useSamples = () =>
  useGet<{ items: readonly SampleSummary[] }>(SAMPLES, { refreshMs: LOOK_AGAIN_MS })

export const useSample = (id: string) => useGet<Sample>(samplePath(id), { refreshMs: LOOK_AGAIN_MS })

export const useCalibration = (id: string) => useGet<Calibration>(`${samplePath(id)}/calibration`)

export const useNotes = (id: string, n: number) =>
  useGet<{ items: readonly Note[] }>(`${itemPath(id, n)}/notes`)

export const useScoreForm = () => useGet<ScoreForm>('/v1/score-form')

/** Changes something about a call of a sample; the sample, its notes and scores are then asked for anew. */
export const useItemAct = <T>(id: string) => useSend<T>([samplePath(id)])
