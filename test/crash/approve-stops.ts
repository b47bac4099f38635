import type { RunningService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'

const APPROVALS = '/v1/retention/approvals'
const PEOPLE = [persons.recordsManager(), persons.privacyOfficer()]

/**
 * Does what two people do when a sweep asks: a run makes more due in a day than any sweep may destroy unasked.
 * Gives whether there was anything to approve, which the next sweep then does.
 */
export async function approveStops(service: RunningService): Promise<boolean> {
  const answer = await service.call(APPROVALS, persons.recordsManager())
  const { items } = (await answer.json()) as { items: readonly { id: string; state: string }[] }
  const open = items.filter(({ state }) => state === 'open')
  for (const { id } of open)
    for (const person of PEOPLE) {
      const { status } = await service.call(`${APPROVALS}/${id}/approve`, person, { method: 'POST' })
      if (status !== 200) throw new Error(`approving the destruction of what is due was answered ${status}`)
    }
  return open.length > 0
}
