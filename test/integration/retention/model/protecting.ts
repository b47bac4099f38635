import { type Act, agrees, instant, MEMBERS, onRecording, type Play, pick } from './play.ts'
import type { RecordingTruth } from './truth.ts'
import { officers } from './world.ts'

const place = async (
  { world, truth }: Play,
  scope: object,
  covers: (one: RecordingTruth) => boolean,
  by: number,
) => {
  const isOne = 'recordings' in scope
  await agrees(async () => {
    const actor = officers[by % 2 === 0 ? 0 : 1]
    const request = {
      type: 'claim',
      matterRef: 'm',
      reason: 'because of a claim',
      futureMatching: !isOne,
    } as const
    const { hold, notHeld } = await world.placeHold(actor, { ...request, scope: scope as never })
    truth.holds.set(hold.id, { by: actor.sub, ...(isOne ? {} : { covers }) })
    const late = new Set(notHeld.map(({ recordingId }) => recordingId))
    for (const one of truth.recordings.values())
      if (!one.gone && covers(one) && !late.has(one.id)) one.holds.add(hold.id)
  })
}

export const holdOne = onRecording((play, one, other) =>
  place(play, { recordings: [one.id] }, (candidate) => candidate.id === one.id, other),
)

export const holdScope: Act = async (play, which, other) => {
  if (play.truth.holds.size >= 4) return
  const number = which % MEMBERS
  if (other % 2 === 0)
    await place(play, { memberRef: `M-${number}` }, ({ member }) => member === number, other)
  else await place(play, { policy: `P-${number}` }, ({ policy }) => policy === number, other)
}

export const release: Act = async ({ world, truth }, which, other) => {
  const [id, hold] = pick([...truth.holds], which) ?? []
  if (!id || !hold) return
  const actor = officers[other % 2 === 0 ? 0 : 1]
  const done = await agrees(() => world.releaseHold(actor, id, 'the claim was closed'))
  if (done === (actor.sub === hold.by)) throw new Error('a hold is released by a second person, and only so')
  if (!done) return
  truth.holds.delete(id)
  for (const one of truth.recordings.values()) one.holds.delete(id)
}

export const lock = onRecording(async ({ world, truth }, one, other) => {
  const requestRef = `R-${other % 2}`
  const receivedAt = instant(truth.today)
  if (await agrees(() => world.locks.lock(officers[0], one.id, { requestRef, receivedAt })))
    one.locks.add(requestRef)
})

export const unlock = onRecording(async ({ world }, one, other) => {
  const requestRef = `R-${other % 2}`
  if (await agrees(() => world.locks.unlock(officers[0], one.id, requestRef))) one.locks.delete(requestRef)
})

export const restrict = onRecording(async ({ world }, one) => {
  if (await agrees(() => world.restrict(officers[0], one.id, 'accuracy_contested'))) one.restricted = true
})

export const lift = onRecording(async ({ world }, one) => {
  await agrees(() => world.giveLiftNotice(officers[0], one.id))
  world.clock.advance(1000)
  if (await agrees(() => world.liftRestriction(officers[0], one.id))) one.restricted = false
})
