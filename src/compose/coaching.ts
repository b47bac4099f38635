import { readFile } from 'node:fs/promises'
import { makeCalibration } from '../coaching/calibration.ts'
import { makeDrawSample } from '../coaching/draw-sample.ts'
import { makeFeedback } from '../coaching/feedback.ts'
import { itemEndpoints } from '../coaching/item-routes.ts'
import { makeNotes } from '../coaching/notes.ts'
import { makeCountSample, makeFindSample, makeListSamples } from '../coaching/read-samples.ts'
import { sampleEndpoints } from '../coaching/sample-routes.ts'
import { readScoreForm, type ScoreForm } from '../coaching/score-form.ts'
import { makeRelease, makeScore } from '../coaching/scores.ts'
import { makeWithdraw } from '../coaching/withdraw.ts'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { SECOND } from '../kernel/units.ts'
import { TRAINING } from '../recordings/training-use.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'

const SHIPPED_FORM = new URL('../coaching/score-form.yaml', import.meta.url)

export interface Coaching {
  readonly endpoints: readonly Endpoint[]
  readonly jobs: readonly Job[]
}

/** A form that does not hold together ends the start, with every problem named. */
export const loadScoreForm = async ({ scoreFormFile }: Pick<Config, 'scoreFormFile'>): Promise<ScoreForm> =>
  readScoreForm(await readFile(scoreFormFile ?? SHIPPED_FORM, 'utf8'))

/** Samples for coaches, what they write about them, and what agents see of it. */
export function composeCoaching(
  { db, clock }: Pick<Foundation, 'db' | 'clock'>,
  books: Pick<RuleBooks, 'current'>,
  form: ScoreForm,
): Coaching {
  const ports = { db, clock, form }
  const noticesOfTraining = (now: Date): string[] =>
    [...books.current(now).notices].filter(([, told]) => told.includes(TRAINING)).map(([notice]) => notice)
  const withdraw = makeWithdraw(ports)
  return {
    endpoints: [
      ...sampleEndpoints({
        drawSample: makeDrawSample({ ...ports, noticesOfTraining }),
        listSamples: makeListSamples(ports),
        findSample: makeFindSample(ports),
        countSample: makeCountSample(ports),
        calibration: makeCalibration(ports),
        feedback: makeFeedback(ports),
        form,
      }),
      ...itemEndpoints({
        notes: makeNotes(ports),
        score: makeScore(ports),
        release: makeRelease(ports),
        form,
      }),
    ],
    jobs: [{ name: 'withdraw-from-training', everyMs: 15 * SECOND, run: (signal) => withdraw(signal) }],
  }
}
