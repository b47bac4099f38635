import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { queueNotice } from '../../src/notices/queue-notice.ts'
import { accessibilityProblems, type Demo, loggedIn, openDemo, PATIENT, visit } from './web-visit.ts'

let demo: Demo

beforeAll(async () => {
  demo = await openDemo()
})

afterAll(() => demo.close())

/** As some act of the service would. */
async function tell(memberRef: string, count: number): Promise<void> {
  const { db, close } = openDatabase(demo.databaseUrl, 1)
  for (let n = 0; n < count; n += 1)
    await db.transaction().execute((tx) =>
      queueNotice(tx, {
        to: { memberRef },
        ...{ kind: 'recording_disclosed', about: { type: 'none', id: null }, facts: {} },
        ...{ at: new Date(Date.now() - n * 1000), key: randomUUID() },
      }),
    )
  await close()
}

test('a member sees how many messages are new, reads them one by one and all at once, and older ones on request', async () => {
  await tell('M-1001', 52)
  const one = await visit(demo, { as: await loggedIn(demo, 'Noor Voorbeeld') })
  const { page } = one
  await page.goto('/')
  const entry = page.getByRole('link', { name: /Berichten/ })
  await expect.poll(() => entry.textContent(), PATIENT).toContain('52 ongelezen')
  await entry.click()
  await page.getByRole('heading', { level: 1, name: 'Berichten' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/berichten')
  const messages = page.locator('.message')
  await expect.poll(() => messages.count(), PATIENT).toBe(50)
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('button', { name: 'Oudere berichten tonen' }).click()
  await expect.poll(() => messages.count(), PATIENT).toBe(52)
  await page
    .getByRole('button', { name: /^Markeer als gelezen/ })
    .first()
    .click()
  await expect
    .poll(() => page.getByRole('status').first().textContent(), PATIENT)
    .toBe('51 ongelezen berichten')
  await page.getByRole('button', { name: 'Alles als gelezen markeren' }).click()
  await page.getByText('U hebt alles gelezen.').waitFor()
  await expect.poll(() => entry.textContent(), PATIENT).toBe('Berichten')
  await one.leave()
})

test('a member turns mail on, is asked to log in again for the address, and turns it off', async () => {
  const one = await visit(demo, { as: await loggedIn(demo, 'Sam Specimen') })
  const { page } = one
  await page.goto('/voorkeuren')
  const choice = page.getByRole('checkbox', { name: /Stuur mij een e-mail/ })
  await choice.click({ force: true })
  await page.getByRole('link', { name: 'Nu opnieuw inloggen' }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await loggedIn(demo, 'Sam Specimen')
  await page.reload()
  await page.getByText('We gebruiken het e-mailadres van uw account.').waitFor()
  await choice.click({ force: true })
  await expect.poll(() => page.getByText('We gebruiken het e-mailadres').count(), PATIENT).toBe(0)
  await one.leave()
})

test('an officer has an inbox too, in English as well, on a phone', async () => {
  const one = await visit(demo, { as: await loggedIn(demo, 'Pim Proef'), language: 'en', width: 360 })
  await one.page.goto('/berichten')
  await one.page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  await one.page.getByText('There are no messages for you.').waitFor()
  expect(await accessibilityProblems(one.page)).toEqual([])
  await one.leave()
})
