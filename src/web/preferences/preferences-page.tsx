import { useState } from 'react'
import { Link } from 'react-router'
import type { Preferences } from '../api/contract.ts'
import { useSetPreferences } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { CheckField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { MailChoice } from './mail-choice.tsx'
import { words } from './words.ts'

/** What a member chooses for all their calls: training and statistics, in force at once. */
export function Component() {
  const w = useWords(words)
  const preferences = useGet<Preferences>('/v1/preferences')
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={preferences}>{(now) => <Choices now={now} />}</Loaded>
    </>
  )
}

function Choices({ now }: { readonly now: Preferences }) {
  const w = useWords(words)
  const [isAsking, setAsking] = useState(false)
  const saving = useSetPreferences()
  const { training, statistics } = saving.isPending ? saving.variables : now
  const save = (change: { training?: boolean; statistics?: boolean }) => {
    if (!saving.isPending) saving.mutate({ training, statistics, ...change })
  }
  return (
    <div className="choices">
      <section className="panel">
        <CheckField
          label={w.training}
          hint={w.trainingHint}
          checked={training}
          onValue={(wanted) =>
            !wanted && now.trainingCalls > 0 ? setAsking(true) : save({ training: wanted })
          }
        />
        <p>{training ? w.trainingCalls(now.trainingCalls) : w.onAgain}</p>
        <Changed at={now.changedAt.training} />
      </section>
      <section className="panel">
        <CheckField
          label={w.statistics}
          hint={w.statisticsHint}
          checked={statistics}
          onValue={(wanted) => save({ statistics: wanted })}
        />
        <Changed at={now.changedAt.statistics} />
      </section>
      <MailChoice />
      <p role="status">{saving.isSuccess ? w.saved : ''}</p>
      {!isAsking && <ProblemNote error={saving.error} />}
      <p>
        {w.one} <Link to="/">{w.calls}</Link>
      </p>
      {isAsking && (
        <Question
          now={now}
          isPending={saving.isPending}
          onClose={() => setAsking(false)}
          onYes={() => {
            setAsking(false)
            save({ training: false })
          }}
        />
      )}
    </div>
  )
}

function Changed({ at }: { readonly at: string | null }) {
  const w = useWords(words)
  const language = useLanguage()
  return at && <p className="field__hint">{w.changed(fullDay(at, language))}</p>
}

interface QuestionProps {
  readonly now: Preferences
  readonly isPending: boolean
  readonly onYes: () => void
  readonly onClose: () => void
}

/** What switching training off does to the calls that are there; some of them do not come back. */
function Question({ now: { trainingCalls, trainingOnlyCalls }, isPending, onYes, onClose }: QuestionProps) {
  const { confirm: w } = useWords(words)
  return (
    <Dialog title={w.title} onClose={onClose}>
      <div className="question">
        <p>{w.calls(trainingCalls)}</p>
        {trainingOnlyCalls > 0 && (
          <p>
            <strong>{w.onlyTraining(trainingOnlyCalls)}</strong>
          </p>
        )}
        <p>{w.noUndo}</p>
        <div className="acts">
          <button className="button button--main" type="button" aria-disabled={isPending} onClick={onYes}>
            {isPending ? w.sending : w.yes}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {w.no}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
