import { type Act, agrees, dateOf, onRecording } from './play.ts'
import { PURPOSES, rulesWith } from './rules.ts'
import { officers } from './world.ts'

export const addPurpose = onRecording(async ({ verbs, truth }, one, other) => {
  const purpose = PURPOSES[other % PURPOSES.length] ?? 'training'
  const request = { id: one.id, purpose, compatibleUse: 'needed for the same call' }
  if (!(await agrees(() => verbs.addPurpose(officers[0], request)))) return
  if (one.tags.has(purpose)) throw new Error('a purpose that ended came back')
  one.tags.set(purpose, {
    purpose,
    callDay: one.callDay,
    days: truth.daysOf(purpose),
    ended: false,
    over: false,
  })
})

export const removePurpose = onRecording(async ({ verbs, truth }, one, other) => {
  const purpose = PURPOSES[other % PURPOSES.length] ?? 'training'
  const tag = one.tags.get(purpose)
  if (!(await agrees(() => verbs.removePurpose(officers[0], { id: one.id, purpose, because: 'removed' }))))
    return
  if (!tag) throw new Error('a purpose was removed that never was')
  if (purpose === 'law' && !tag.over && truth.today <= (truth.lastDay(one, tag) ?? 0))
    throw new Error('a law demanded it')
  tag.ended = true
})

export const objection = onRecording(async ({ verbs }, one, other) => {
  const verb = other % 2 === 0 ? verbs.object : verbs.resume
  await agrees(() => verb(officers[0], { id: one.id, purpose: 'training' }))
})

export const newRules: Act = async ({ verbs, truth }, which, other) => {
  if (truth.books.length >= 4) return
  const trainingDays = [5, 10, 25][which % 3] ?? 10
  const effectiveDay = truth.today + 1 + (other % 3)
  const version = truth.books.length + 1
  const lengtheningGround = other % 2 === 0 ? 'needed for a longer course' : null
  await agrees(async () => {
    const book = await verbs.draftRules(officers[0], {
      ...{
        document: rulesWith({ version, trainingDays }),
        effectiveFrom: dateOf(effectiveDay),
        lengtheningGround,
      },
    })
    if (await agrees(() => verbs.decideRules(officers[0], book.version, 'approved')))
      throw new Error('rules were approved by who wrote them')
    await verbs.decideRules(officers[1], book.version, 'approved')
    truth.books.push({
      days: trainingDays,
      effectiveDay,
      approvedDay: truth.today,
      lengthens: lengtheningGround !== null,
    })
  })
}

export const applyRules: Act = async ({ verbs, truth }) => {
  await verbs.applyRules()
  truth.rulesWereApplied()
}
