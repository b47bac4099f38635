import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/ids.ts'
import { DAY } from '../../../src/kernel/units.ts'
import { openRuleBooks } from '../../../src/retention/rule-books.ts'
import {
  RuleBookListSchema,
  RuleBookSchema,
  RuleBookSummarySchema,
} from '../../../src/retention/rule-present.ts'
import { persons } from '../../support/tokens.ts'
import { officer, type RuleStage, rulesText, secondOfficer, setRuleStage } from './rule-stage.ts'

const RULES = '/v1/retention/rules'
const SHORTER = rulesText({ training: 'version: 2, period: P3M' })

let stage: RuleStage

beforeEach(async () => {
  stage = await setRuleStage()
})

afterEach(() => stage.close())

const draft = (changes: object = {}, claims = officer) =>
  stage.post(RULES, claims, { document: SHORTER, effectiveFrom: '2026-08-01', ...changes })

const list = async () => RuleBookListSchema.parse(await (await stage.call(RULES, officer)).json())

async function problemOf(response: Response) {
  const { code, errors } = (await response.json()) as {
    code: string
    errors?: { field: string; message: string }[]
  }
  return { status: response.status, code, errors: errors ?? [] }
}

test('the file is the first version, in force without further ado', async () => {
  const { current, rules, versions } = await list()
  expect(current).toBe(1)
  expect(rules.map(({ id }) => id)).toEqual(['training', 'contract'])
  expect(versions).toMatchObject([
    { version: 1, state: 'approved', draftedBy: 'configuration', decidedBy: null },
  ])
})

test('one privacy officer drafts, another approves, and the rules change on their day', async () => {
  const drafted = await draft()
  expect([drafted.status, drafted.headers.get('location')]).toEqual([201, '/v1/retention/rules/2'])
  expect(RuleBookSummarySchema.parse(await drafted.json())).toMatchObject({ version: 2, state: 'draft' })
  const approved = await stage.post(`${RULES}/2/approve`, secondOfficer)
  expect(RuleBookSummarySchema.parse(await approved.json())).toMatchObject({
    state: 'approved',
    draftedBy: 'privacy-1',
    decidedBy: 'privacy-2',
    shortensFrom: '2026-08-01',
  })
  const periodAt = (instant: string) =>
    stage.books.current(new Date(instant)).ruleFor('training_coaching', 'home', [])?.period
  expect(periodAt('2026-07-31T21:59:59Z')).toBe('P6M')
  expect(periodAt('2026-07-31T22:00:00Z')).toBe('P3M')
  const read = RuleBookSchema.parse(await (await stage.call(`${RULES}/2`, persons.auditor())).json())
  expect(read).toMatchObject({ document: SHORTER, rules: [{ id: 'training', period: 'P3M' }, {}] })
  const notices = await stage.db.selectFrom('notice').select(['kind', 'role', 'about_id']).execute()
  for (const kind of ['rules_drafted', 'rules_approved'])
    expect(notices).toContainEqual({ kind, role: 'privacy_officer', about_id: '2' })
  const events = await stage.db.selectFrom('audit_event').select(['type', 'actor_sub']).execute()
  expect(events).toContainEqual({ type: 'rules.drafted', actor_sub: 'privacy-1' })
  expect(events).toContainEqual({ type: 'rules.approved', actor_sub: 'privacy-2' })
})

test('a version keeps what it said: the rule of a tag is found after it went out of force', async () => {
  await stage.adopt(SHORTER, '2026-07-16')
  stage.clock.set('2026-07-20T12:00:00Z')
  expect(stage.books.find('training', 1)?.period).toBe('P6M')
  expect(stage.books.find('training', 2)?.period).toBe('P3M')
  expect(stage.books.find('training', 3)).toBeUndefined()
})

test('T32: nobody approves the own draft, and the attempt is on record', async () => {
  await draft()
  expect(await problemOf(await stage.post(`${RULES}/2/approve`, officer))).toMatchObject({
    status: 403,
    code: 'second_person_required',
  })
  expect((await list()).versions[0]).toMatchObject({ version: 2, state: 'draft' })
  const denied = await stage.db
    .selectFrom('audit_event')
    .select(['type', 'code'])
    .where('outcome', '=', 'denied')
    .execute()
  expect(denied).toEqual([{ type: 'rules.approved', code: 'second_person_required' }])
})

test('what is decided stays decided, and an unknown version is not found', async () => {
  await draft()
  expect((await stage.post(`${RULES}/2/reject`, secondOfficer)).status).toBe(200)
  for (const verb of ['approve', 'reject'])
    expect(await problemOf(await stage.post(`${RULES}/2/${verb}`, secondOfficer))).toMatchObject({
      status: 409,
      code: 'not_open',
    })
  expect((await stage.post(`${RULES}/7/approve`, secondOfficer)).status).toBe(404)
  expect((await stage.call(`${RULES}/seven`, officer)).status).toBe(404)
})

test('who drafted may withdraw, and file the same again', async () => {
  await draft()
  expect((await stage.post(`${RULES}/2/reject`, officer)).status).toBe(200)
  expect((await draft()).status).toBe(201)
})

test('two approvals at once: one counts', async () => {
  await draft()
  const third = persons.privacyOfficer({ sub: 'privacy-3' })
  const answers = await Promise.all(
    [secondOfficer, third].map(async (claims) => (await stage.post(`${RULES}/2/approve`, claims)).status),
  )
  expect(answers.sort()).toEqual([200, 409])
})

test('rules begin tomorrow at the earliest, when they are drafted and when they are approved', async () => {
  const today = await problemOf(await draft({ effectiveFrom: '2026-07-15' }))
  expect(today).toMatchObject({ status: 422, code: 'invalid_rules', errors: [{ field: 'effectiveFrom' }] })
  await draft({ effectiveFrom: '2026-07-16' })
  stage.clock.set('2026-07-15T22:00:00Z')
  expect(await problemOf(await stage.post(`${RULES}/2/approve`, secondOfficer))).toMatchObject({
    status: 409,
    code: 'not_open',
  })
})

test('a draft that nobody approved within seven days has lapsed, and is filed anew', async () => {
  await draft({ effectiveFrom: '2026-09-01' })
  const { approveBefore } = (await list()).versions[0] ?? {}
  stage.clock.set(approveBefore ?? '')
  expect((await list()).versions[0]).toMatchObject({ version: 2, state: 'lapsed', approveBefore: null })
  for (const verb of ['approve', 'reject'])
    expect((await problemOf(await stage.post(`${RULES}/2/${verb}`, secondOfficer))).code).toBe('not_open')
  await draft({ effectiveFrom: '2026-09-01' })
  stage.clock.advance(7 * DAY - 1)
  expect((await stage.post(`${RULES}/3/approve`, secondOfficer)).status).toBe(200)
})

test('every mistake of the document is named with its line', async () => {
  const { status, errors } = await problemOf(
    await draft({ document: SHORTER.replace('P3M', 'soon').replace('anonymise', 'burn') }),
  )
  expect(status).toBe(422)
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^rules\[0\]\.period \(line 11\): must be an ISO 8601 period/),
    expect.stringMatching(/^rules\[1\]\.disposition \(line 12\)/),
  ])
})

test('T29: an archive without an end cannot be drafted', async () => {
  const { code, errors } = await problemOf(
    await draft({
      document: rulesText({ training: 'version: 2, period: P6M' }).replace(
        'disposition: delete',
        'disposition: archive',
      ),
    }),
  )
  expect(code).toBe('invalid_rules')
  expect(errors.map(({ message }) => message).join()).toContain('leads to an archive that has no end')
})

test('a rule that changes without a higher version is refused', async () => {
  const { code, errors } = await problemOf(
    await draft({ document: rulesText({ training: 'version: 1, period: P3M' }) }),
  )
  expect([code, errors[0]?.message]).toEqual([
    'invalid_rules',
    'rule "training" has changed, so its version must be 2 or higher',
  ])
})

test('T33: a rule by which recordings are kept cannot be left out, neither now nor at the approval', async () => {
  const without = SHORTER.replace(/ {2}- \{ id: contract.*\n/, '')
  expect((await draft({ document: without })).status).toBe(201)
  const id = newId()
  await stage.db
    .insertInto('recording')
    .values({ id, entity: 'hmbs', status: 'available', received_at: stage.clock.now() })
    .execute()
  await stage.db
    .insertInto('purpose_tag')
    .values({
      recording_id: id,
      purpose: 'contract_performance',
      legal_basis: 'contract',
      product: 'car',
      rule_id: 'contract',
      rule_version: 1,
      trigger: 'policy.ended',
      state: 'pending_trigger',
    })
    .execute()
  const expected = { status: 422, code: 'invalid_rules' }
  const again = await problemOf(await draft({ document: without }))
  expect(again).toMatchObject(expected)
  expect(again.errors[0]?.message).toBe(
    'no rule covers contract_performance for car, for which recordings are kept',
  )
  expect(await problemOf(await stage.post(`${RULES}/2/approve`, secondOfficer))).toMatchObject(expected)
})

test.each([
  ['member', persons.member('M-1')],
  ['agent', persons.agent()],
  ['operator', persons.operator()],
])('a %s reads no rules', async (_role, claims) => {
  expect((await stage.call(RULES, claims)).status).toBe(403)
  expect((await stage.call(`${RULES}/1`, claims)).status).toBe(403)
})

test('records managers and auditors read; only privacy officers draft and decide', async () => {
  await draft()
  for (const claims of [persons.recordsManager(), persons.auditor()]) {
    expect((await stage.call(RULES, claims)).status).toBe(200)
    expect((await draft({}, claims)).status).toBe(403)
    expect((await stage.post(`${RULES}/2/approve`, claims)).status).toBe(403)
    expect((await stage.post(`${RULES}/2/reject`, claims)).status).toBe(403)
  }
})

test('another content of the file is a draft that somebody approves; the same content is nothing new', async () => {
  const again = async (text: string) => {
    const books = await openRuleBooks(stage, text)
    await books[Symbol.asyncDispose]()
  }
  await again(rulesText())
  expect((await list()).versions).toHaveLength(1)
  await again(SHORTER)
  await again(SHORTER)
  const { current, versions } = await list()
  expect([current, versions.length]).toEqual([1, 2])
  expect(versions[0]).toMatchObject({
    state: 'draft',
    draftedBy: 'configuration',
    effectiveFrom: '2026-07-29',
  })
  stage.clock.set('2026-08-15T12:00:00Z')
  await again(SHORTER)
  expect((await list()).versions[0]?.effectiveFrom).toBe('2026-08-29')
  expect((await stage.post(`${RULES}/2/approve`, officer)).status).toBe(200)
})

test('a first start on many instances at once makes one version', async () => {
  await stage.db.deleteFrom('rule_book').execute()
  const opened = await Promise.all(Array.from({ length: 4 }, () => openRuleBooks(stage, rulesText())))
  expect((await list()).versions.map(({ version }) => version)).toEqual([1])
  for (const books of opened) await books[Symbol.asyncDispose]()
})
