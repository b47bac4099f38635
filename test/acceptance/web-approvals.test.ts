import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Demo, loggedIn, openDemo, press, startSweep, type Visit, visit } from './web-visit.ts'

const OFFICER = 'Pim Proef'
const SECOND = 'Petra Proefpersoon'
const MANAGER = 'Roos Register'

let demo: Demo
let guest: Visit | undefined

beforeAll(async () => {
  // Two at once are already too many for a sweep that nobody approved, and nobody but the test sweeps.
  demo = await openDemo({ SWEEP_LIMIT: '1', SWEEP_INTERVAL: '24h' })
  return () => demo.close()
})
afterEach(() => guest?.leave())

/** The next person at the same desk. */
async function as(person: string, path: string): Promise<Page> {
  await guest?.leave()
  guest = await visit(demo, { as: await loggedIn(demo, person) })
  await guest.page.goto(path)
  return guest.page
}

/** Moves the last day of calls whose end people review into the past, as if time had passed; gives their ids. */
async function makeDue(count: number): Promise<string[]> {
  const database = new pg.Client(demo.databaseUrl)
  await database.connect()
  const { rows } = await database.query<{ id: string }>(
    `with due as (
       update recording set keep_until = current_date - 2, due_at = now() - interval '1 day'
       where id in (select recording_id from purpose_tag join recording r on r.id = recording_id
         where review and r.is_free and r.status = 'available' limit $1) returning id)
     update purpose_tag set state = 'active', retain_until = current_date - 2, trigger_date = current_date - 184
     from due where recording_id = due.id returning due.id`,
    [count],
  )
  await database.end()
  return [...new Set(rows.map(({ id }) => id))]
}

async function sweepAsManager(): Promise<Page> {
  const page = await as(MANAGER, '/opruimen')
  await startSweep(page)
  await page.getByRole('status').getByText('klaar').waitFor()
  return page
}

test('a sweep that stops because much is due at once goes on once two people approved it, and a review ends once two confirmed it', async () => {
  const due = await makeDue(2)
  expect(due).toHaveLength(2)
  const stopped = await sweepAsManager()
  await press(stopped.getByRole('link', { name: 'Naar de goedkeuring' }))
  await stopped.getByRole('heading', { level: 1, name: 'Goedkeuringen' }).waitFor()
  for (const person of [OFFICER, SECOND]) {
    const page = await as(person, '/goedkeuringen')
    await page.getByText('1 zaak wacht op u').waitFor()
    await press(page.getByRole('button', { name: 'Goedkeuren' }))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Ja, goedkeuren' }))
    await page.getByText('Er wacht niets op u.').waitFor()
  }
  await (await sweepAsManager()).getByRole('heading', { name: 'Uit gebruik genomen (2)' }).waitFor()

  const [confirmed = ''] = due
  for (const person of [OFFICER, SECOND]) {
    const page = await as(person, '/goedkeuringen')
    const review = page.getByRole('listitem').filter({ hasText: confirmed })
    await press(review.getByRole('button', { name: 'Einde bevestigen' }))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Einde bevestigen' }))
    await review.getByText('U hebt dit al bevestigd.').waitFor()
  }
  const last = await sweepAsManager()
  await last.getByRole('heading', { name: 'Vernietigd (1)' }).waitFor()
  await last.getByText(confirmed).waitFor()
})
