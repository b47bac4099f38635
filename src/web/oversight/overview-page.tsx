import { useState } from 'react'
import { Link } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { SelectField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { AnomaliesSection } from './anomalies-section.tsx'
import type { CountName, Counts, Overview } from './contract.ts'
import { words } from './overview-words.ts'
import { TrendsSection } from './trends-section.tsx'

const EVERY_MINUTE = 60_000

/** What an officer sees first. */
export function Component() {
  const w = useWords(words)
  const overview = useGet<Overview>('/v1/overview', { refreshMs: EVERY_MINUTE })
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={overview}>{(found) => <Figures overview={found} />}</Loaded>
      <AnomaliesSection />
      <TrendsSection />
    </div>
  )
}

function Figures({ overview: { at, total, entities } }: { readonly overview: Overview }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const [entity, setEntity] = useState('')
  const counts = entities.find((one) => one.entity === entity)?.counts ?? total
  return (
    <>
      <div className="form">
        {entities.length > 1 && (
          <SelectField
            label={w.company}
            value={entity}
            onValue={setEntity}
            choices={[
              { value: '', label: w.all },
              ...entities.map((one) => ({ value: one.entity, label: name('entity', one.entity) })),
            ]}
          />
        )}
        <p className="field__hint">{w.at(`${fullDay(at, language)}, ${clock(at, language)}`)}</p>
      </div>
      <Attention counts={counts} />
      <Group heading={w.ending} counts={counts} names={ENDING} />
      <Group heading={w.kept} counts={counts} names={KEPT} />
      <Group heading={w.aside} counts={counts} names={ASIDE} />
    </>
  )
}

const ATTENTION: readonly CountName[] = [
  'overdue',
  'damaged',
  'restrictedOverdue',
  'openTriggers',
  'holdsPastReview',
  'locksPastReview',
]
const ENDING: readonly CountName[] = ['stored', 'due', 'dueInWeek', 'dueInMonth', 'quarantined']
const KEPT: readonly CountName[] = ['held', 'openHolds', 'restricted']
const ASIDE: readonly CountName[] = ['unlinked', 'unplayable', 'parked']

function Attention({ counts }: { readonly counts: Counts }) {
  const w = useWords(words)
  const present = ATTENTION.filter((name) => counts[name] > 0)
  return (
    <section className="section">
      <h2>{w.needs}</h2>
      {present.length === 0 ? (
        <p className="notice notice--good">{w.needsNone}</p>
      ) : (
        <>
          <p>{w.needsText}</p>
          <FigureList counts={counts} names={present} isAlert />
        </>
      )}
    </section>
  )
}

interface GroupProps {
  readonly counts: Counts
  readonly names: readonly CountName[]
}

function Group({ heading, ...list }: GroupProps & { readonly heading: string }) {
  return (
    <section className="section">
      <h2>{heading}</h2>
      <FigureList {...list} />
    </section>
  )
}

function FigureList({ counts, names, isAlert = false }: GroupProps & { readonly isAlert?: boolean }) {
  return (
    <ul className="figures">
      {names.map((name) => (
        <li key={name}>
          <Figure name={name} count={counts[name]} isAlert={isAlert} />
        </li>
      ))}
    </ul>
  )
}

/** Where the recordings, or holds, behind a number are listed. */
const listOf = (name: CountName): string => {
  if (name === 'openHolds') return '/blokkades'
  if (name === 'holdsPastReview') return '/blokkades?toon=herbeoordelen'
  return name === 'stored' ? '/opnamen?toon=alle' : `/opnamen?toon=${name}`
}

interface FigureProps {
  readonly name: CountName
  readonly count: number
  readonly isAlert: boolean
}

/** Auditors read numbers; whose recordings they are is not for them. */
function Figure({ name, count, isAlert }: FigureProps) {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const leads = roles.includes('privacy_officer') || roles.includes('records_manager')
  const look = isAlert ? 'figure figure--alert' : 'figure'
  const inside = (
    <>
      <span className="figure__count">{count}</span> <span className="figure__name">{w.figures[name]}</span>
    </>
  )
  return leads ? (
    <Link className={look} to={listOf(name)}>
      {inside}
    </Link>
  ) : (
    <p className={look}>{inside}</p>
  )
}
