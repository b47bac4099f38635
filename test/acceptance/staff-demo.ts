import type { Page } from 'playwright-core'
import { waitFor } from '../support/processes.ts'
import {
  type Demo,
  type LoggedIn,
  loggedIn,
  openDemo,
  type Visit,
  type VisitOptions,
  visit,
} from './web-visit.ts'

export const COACH = 'Cleo Fictief'
export const COLLEAGUE = 'Dirk Denkbeeld'
export const AGENT = 'Anna Verzonnen'
export const MEMBER = 'Noor Voorbeeld'
export const ANALYST = 'Fien Fantasie'
export const ADVISER = 'Mira Model'
const MANAGER = 'Roos Register'

export interface Recording {
  readonly id: string
  readonly product: string
  readonly status: string
}

export interface StaffDemo extends Demo {
  /** A page of somebody, logged in; several at a time. */
  as(person: string, options?: VisitOptions): Promise<Page>
  /** Ends all visits; fails when a page did what it should not. */
  leaveAll(): Promise<void>
}

export async function recordings(page: Page, query = ''): Promise<Recording[]> {
  const answer = await page.request.get(`/v1/recordings${query}`)
  return ((await answer.json()) as { items: Recording[] }).items
}

/** The demo with every call made ready, and people who come and go. */
export async function openStaffDemo(): Promise<StaffDemo> {
  const demo = await openDemo()
  const sessions = new Map<string, LoggedIn>()
  const guests: Visit[] = []
  const staff: StaffDemo = {
    ...demo,
    async as(person, options = {}) {
      const session = sessions.get(person) ?? (await loggedIn(demo, person))
      sessions.set(person, session)
      const guest = await visit(demo, { ...options, as: session })
      guests.push(guest)
      return guest.page
    },
    async leaveAll() {
      for (const guest of guests.splice(0)) await guest.leave()
    },
  }
  const page = await staff.as(MANAGER)
  await waitFor(
    'the calls to be made ready',
    async () => (await recordings(page, '?status=processing')).length === 0 || undefined,
  )
  await staff.leaveAll()
  return staff
}
