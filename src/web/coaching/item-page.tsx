import { useEffect, useRef } from 'react'
import { Link, useParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { ApiProblem } from '../api/request.ts'
import { calendarDay, monthName } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { KeyboardHelp } from '../player/keyboard-help.tsx'
import { clockTime } from '../player/time.ts'
import { NotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Sample, SampleItem } from './contract.ts'
import { ItemPlayer } from './item-player.tsx'
import { words } from './item-words.ts'
import { NotesSection } from './notes-section.tsx'
import { ReleaseSection } from './release-section.tsx'
import { ScoreSection } from './score-section.tsx'
import { useSample } from './use-coaching.ts'
import { useItemSound } from './use-item-sound.ts'
import { words as sampleWords } from './words.ts'

/** One drawn call: hear it masked, write about its moments, score it, and show that to the agent. */
export function Component() {
  const { id = '', n = '' } = useParams()
  const sample = useSample(id)
  if (sample.error instanceof ApiProblem && sample.error.status === 404) return <NotFound />
  return (
    <Loaded query={sample}>
      {(data) => {
        const item = data.items.find((candidate) => String(candidate.n) === n)
        return item ? <ItemDetails key={item.n} sample={data} item={item} /> : <NotFound />
      }}
    </Loaded>
  )
}

export interface ItemProps {
  readonly sample: Sample
  readonly item: SampleItem
}

function ItemDetails({ sample, item }: ItemProps) {
  const w = useWords(words)
  const sound = useItemSound(sample, item)
  return (
    <article className="call-page">
      <p>
        <Link className="back" to={`/coaching/${sample.id}`}>
          {w.back}
        </Link>
      </p>
      <PageHeading title={w.title(item.n)}>{w.heading(item.n)}</PageHeading>
      {sound ? <Reminder /> : null}
      {sound && <ItemPlayer sample={sample} item={item} sound={sound} />}
      {item.state === 'withdrawn' && <Withdrawn item={item} />}
      <Facts item={item} />
      {item.state !== 'withdrawn' && (
        <>
          <NotesSection sample={sample} item={item} sound={sound} />
          <ScoreSection sample={sample} item={item} />
          <ReleaseSection sample={sample} item={item} />
        </>
      )}
      {sound && <KeyboardHelp />}
    </article>
  )
}

/** Who is listening stands beside the player, so that a picture of the screen tells it too. */
function Reminder() {
  const w = useWords(words)
  const name = useMe().data?.displayName
  return (
    <div className="notice masked-note">
      <p>{w.masked}</p>
      {name && <p>{w.listener(name)}</p>}
    </div>
  )
}

/** What had the focus may have gone with the player; then the focus goes to where the reason is. */
function Withdrawn({ item: { withdrawnReason } }: Pick<ItemProps, 'item'>) {
  const { withdrawn: w } = useWords(sampleWords)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus()
  }, [])
  return (
    <div className="notice notice--alert" role="alert">
      <h2 ref={heading} tabIndex={-1}>
        {w.heading}
      </h2>
      {withdrawnReason && <p>{w[withdrawnReason]}</p>}
      <p>{w.after}</p>
    </div>
  )
}

function Facts({ item }: Pick<ItemProps, 'item'>) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const facts = [
    [w.agent, item.agentRef],
    [w.about, item.product && name('product', item.product)],
    [w.month, item.month && monthName(item.month, language)],
    [w.duration, item.durationSeconds !== null && clockTime(item.durationSeconds)],
    [w.ends, calendarDay(item.endsOn, language)],
  ] as const
  return (
    <section aria-label={w.facts}>
      <dl className="facts">
        {facts.map(
          ([fact, value]) =>
            value && (
              <div key={fact}>
                <dt>{fact}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  )
}
