import { type SyntheticEvent, useId, useState } from 'react'
import { useGet } from '../api/use-api.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { todayOf } from '../listening/keeping.ts'
import { TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Count, Preview } from './contract.ts'
import { PreviewChart } from './preview-chart.tsx'
import { words } from './rules-words.ts'

/** Looks ahead to a day: what is over by then, and what a version of the rules makes different. */
export function PreviewSection({ version }: { readonly version: number | 'current' }) {
  const { preview: w } = useWords(words)
  const id = useId()
  const [day, setDay] = useState('')
  const [at, setAt] = useState('')
  const foreseen = useGet<Preview>(
    `/v1/retention/rules/${version}/preview?limit=1${at === '' ? '' : `&at=${at}`}`,
  )
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    setAt(day)
  }
  const shown = day === '' ? (foreseen.data?.at ?? '') : day
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{w.heading}</h2>
      <p>{version === 'current' ? w.currentText : w.text}</p>
      <form className="form" onSubmit={submit}>
        <TextField
          label={w.day}
          type="date"
          value={shown}
          onValue={setDay}
          min={todayOf(Date.now())}
          required
        />
        <div className="form__acts">
          <button className="button" type="submit">
            {w.look}
          </button>
        </div>
      </form>
      <div aria-live="polite">
        <Loaded query={foreseen}>{(found) => <Foreseen preview={found} version={version} />}</Loaded>
      </div>
    </section>
  )
}

interface ForeseenProps {
  readonly preview: Preview
  readonly version: number | 'current'
}

function Foreseen({ preview: { at, due, months }, version }: ForeseenProps) {
  const { preview: w } = useWords(words)
  const language = useLanguage()
  if (!due || !months) return null
  const day = calendarDay(at, language)
  const isCurrent = version === 'current'
  return (
    <>
      {isCurrent && <Told sign="" count={due.underThisVersion} what={w.due} day={day} />}
      {!isCurrent && due.additionally.total + due.noLonger.total === 0 && (
        <p className="preview__told">{w.nothing}</p>
      )}
      {!isCurrent && due.additionally.total > 0 && (
        <Told sign="+" count={due.additionally} what={w.additionally} day={day} />
      )}
      {!isCurrent && due.noLonger.total > 0 && (
        <Told sign="" count={due.noLonger} what={w.noLonger} day={day} />
      )}
      <PreviewChart months={months} isCompared={!isCurrent} />
    </>
  )
}

interface ToldProps {
  readonly sign: string
  readonly count: Count
  readonly what: (n: number) => string
  readonly day: string
}

/** "+412 more recordings destroyed on 1 March", and what of that something protects. */
function Told({ sign, count: { total, held, locked, restricted }, what, day }: ToldProps) {
  const { preview: w } = useWords(words)
  return (
    <p className="preview__told">
      <strong>
        {sign}
        {what(total)}
      </strong>{' '}
      {w.on(day)}.
      {held + locked + restricted > 0 && (
        <span className="aside">{w.kept(w.protected(held, locked, restricted))}</span>
      )}
    </p>
  )
}
