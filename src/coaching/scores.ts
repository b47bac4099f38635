import type { Actor } from '../access/actor.ts'
import { Problem } from '../kernel/problem.ts'
import { actOnItem, type ItemAddress, type ItemPorts, requireRunning } from './item-act.ts'
import { listScores, noteReleased, noteReviewed, putScore, type ScoreRow } from './item-queries.ts'
import { type Answers, answerErrors, type ScoreForm, versionOf } from './score-form.ts'

export interface ScorePorts extends ItemPorts {
  readonly form: ScoreForm
}

/**
 * Scores an item, or scores it again. Where several coaches calibrate, a score stands once all have given theirs:
 * from then on they see each other's. Throws what `actOnItem` throws, and `invalid_request`.
 */
export function makeScore(ports: ScorePorts) {
  return async function score(actor: Actor, address: ItemAddress, answers: Answers): Promise<ScoreRow> {
    const errors = answerErrors(ports.form, answers)
    if (errors.length > 0) throw new Problem('invalid_request', { errors })
    return actOnItem(ports, actor, address, { type: 'training.scored', action: 'U' }, async (turn) => {
      requireRunning(turn)
      const { tx, sample, item, at } = turn
      if (item.isReviewed && sample.coaches.length > 1) throw new Problem('not_open')
      const formVersion = versionOf(ports.form)
      const row = { n: address.n, author: actor.sub, formVersion, answers, updatedAt: at }
      await putScore(tx, sample.id, row)
      await noteReviewed(tx, sample.id, address.n, at)
      return { result: row, detail: { form: formVersion } }
    })
  }
}

/**
 * Shows notes and scores of an item to its agent, for good. Where several coaches calibrate, all have scored
 * first: nobody publishes what another has not finished. Throws what `actOnItem` throws.
 */
export function makeRelease(ports: ItemPorts) {
  return async function release(actor: Actor, address: ItemAddress): Promise<Date> {
    return actOnItem(ports, actor, address, { type: 'training.released', action: 'U' }, async (turn) => {
      const { tx, sample, item, at } = turn
      if (sample.coaches.length > 1 && !item.isReviewed) throw new Problem('not_open')
      await noteReleased(tx, sample.id, address.n, { at, by: actor.sub })
      const scores = await listScores(tx, sample.id)
      return { result: at, detail: { scores: scores.filter(({ n }) => n === address.n).length } }
    })
  }
}
