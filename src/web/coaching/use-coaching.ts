import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useGet, useSend } from '../api/use-api.ts'
import type { Calibration, Note, Sample, SampleCounts, SampleSummary, ScoreForm } from './contract.ts'

/** An objection withdraws a call within seconds; whoever has the page open sees it well within a minute. */
const LOOK_AGAIN_MS = 25_000

export const SAMPLES = '/v1/training-samples'
export const samplePath = (id: string): string => `${SAMPLES}/${encodeURIComponent(id)}`

export const itemPath = (id: string, n: number): string => `${samplePath(id)}/items/${n}`

export const useSamples = () => useGet<{ items: readonly SampleSummary[] }>(SAMPLES)

/** A sample, read again when its counts say that something happened: each reading is put on record, counts are not. */
export function useSample(id: string) {
  const client = useQueryClient()
  const path = samplePath(id)
  const sample = useGet<Sample>(path)
  const counts = useGet<SampleCounts>(`${path}/counts`, { refreshMs: LOOK_AGAIN_MS })
  const isOld = sample.data && counts.data && !areAlike(countsOf(sample.data), counts.data)
  const countedAt = counts.dataUpdatedAt
  // biome-ignore lint/correctness/useExhaustiveDependencies: at most one reading for each count
  useEffect(() => {
    if (isOld) void client.invalidateQueries({ queryKey: ['get', path], exact: true })
  }, [isOld, countedAt, client, path])
  return sample
}

const areAlike = (one: SampleCounts, other: SampleCounts): boolean =>
  one.open === other.open &&
  one.reviewed === other.reviewed &&
  one.withdrawn === other.withdrawn &&
  one.waiting === other.waiting

const countsOf = ({ counts, items }: Sample): SampleCounts => ({
  ...counts,
  waiting: items.filter(({ state, masked }) => state !== 'withdrawn' && masked === 'waiting').length,
})

export const useCalibration = (id: string) => useGet<Calibration>(`${samplePath(id)}/calibration`)

export const useNotes = (id: string, n: number) =>
  useGet<{ items: readonly Note[] }>(`${itemPath(id, n)}/notes`)

export const useScoreForm = () => useGet<ScoreForm>('/v1/score-form')

/** Changes something about a call of a sample; the sample, its notes and scores are then asked for anew. */
export const useItemAct = <T>(id: string) => useSend<T>([samplePath(id)])
