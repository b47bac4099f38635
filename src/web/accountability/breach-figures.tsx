import { useEffect, useRef } from 'react'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { DataTable } from '../ui/data-table.tsx'
import { words } from './breach-words.ts'
import type { BreachReport, BreachScope } from './contract.ts'
import { Facts } from './facts.tsx'
import { saveFile } from './save-file.ts'
import { useSensitivity } from './sensitivity.ts'
import { useMoment } from './use-moment.ts'

interface BreachFiguresProps {
  readonly report: BreachReport
  readonly scope: BreachScope
}

/** The answer: in figures that name nobody, with the moment until which the authority has to be told. */
export function BreachFigures({ report, scope }: BreachFiguresProps) {
  const { answer: w } = useWords(words)
  const when = useMoment()
  const heading = useRef<HTMLHeadingElement>(null)
  // Below what was filled in: whoever does not see it come is taken there.
  useEffect(() => heading.current?.focus(), [])
  const keep = () =>
    saveFile(
      `breach-${report.at.slice(0, 10)}.json`,
      'application/json',
      `${JSON.stringify({ asked: scope, report }, null, 2)}\n`,
    )
  return (
    <section className="section">
      <h2 ref={heading} tabIndex={-1}>
        {w.heading}
      </h2>
      {report.notifyBy && (
        <p className="notice notice--alert">
          <strong>{w.notifyBy(when(report.notifyBy))}</strong> {w.hours}
        </p>
      )}
      <div className="panel">
        <p>{w.asOf(when(report.at), when(report.from), when(report.to))}</p>
        <Figures report={report} />
      </div>
      {report.sensitivities.length > 0 && <Sensitivities report={report} />}
      <p className="acts">
        <button className="button" type="button" onClick={keep}>
          {w.keep}
        </button>
      </p>
      <p className="field__hint">{w.keepHint}</p>
    </section>
  )
}

function Figures({ report }: { readonly report: BreachReport }) {
  const { answer: w } = useWords(words)
  const when = useMoment()
  const { figures: names } = w
  return (
    <Facts
      facts={[
        [names.recordings, report.recordings],
        [names.members, report.members],
        [names.without, report.recordingsWithoutMember],
        [names.heard, report.heard],
        [names.seconds, clockTime(report.streamedSeconds)],
        [names.copied, report.copied],
        [names.copies, report.copies],
        [names.changed, report.changed],
        [names.lists, report.lists],
        [names.first, report.firstAt ? when(report.firstAt) : '–'],
        [names.last, report.lastAt ? when(report.lastAt) : '–'],
      ]}
    />
  )
}

function Sensitivities({ report: { sensitivities } }: { readonly report: BreachReport }) {
  const { answer: w } = useWords(words)
  const nameOf = useSensitivity()
  return (
    <DataTable
      caption={w.sensitive}
      rows={sensitivities}
      rowKey={({ sensitivity }) => sensitivity}
      columns={[
        { key: 'what', label: w.sensitivity, cell: ({ sensitivity }) => nameOf(sensitivity) },
        { key: 'recordings', label: w.recordings, cell: ({ recordings }) => recordings, isNumber: true },
        { key: 'members', label: w.members, cell: ({ members }) => members, isNumber: true },
      ]}
    />
  )
}
