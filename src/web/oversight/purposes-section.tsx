import { useState } from 'react'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { OriginDetails } from '../listening/origin-details.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import type { OfficerPurpose } from './contract.ts'
import { AddPurposeDialog, type PurposeAct, PurposeDialog } from './purpose-dialogs.tsx'
import { words } from './purposes-words.ts'
import type { SectionProps } from './recording-page.tsx'

interface Asked {
  readonly act: PurposeAct
  readonly tag: OfficerPurpose
}

/** The purposes with their ends, how the last day follows from them, and what may be decided about each. */
export function PurposesSection({ recording, mayDecide, onDone }: SectionProps) {
  const w = useWords(words)
  const [asked, setAsked] = useState<Asked | 'add'>()
  const close = () => setAsked(undefined)
  const done = (news: string) => {
    close()
    onDone(news)
  }
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <Whole recording={recording} />
      <PurposeTable
        purposes={recording.purposes}
        {...(mayDecide ? { onAct: (act, tag) => setAsked({ act, tag }) } : {})}
      />
      <OriginDetails id={recording.id} />
      {mayDecide && (
        <p className="acts">
          <button className="button" type="button" onClick={() => setAsked('add')}>
            {w.add.open}
          </button>
        </p>
      )}
      {asked === 'add' && <AddPurposeDialog recording={recording} onClose={close} onDone={done} />}
      {asked && asked !== 'add' && (
        <PurposeDialog id={recording.id} {...asked} onClose={close} onDone={done} />
      )}
    </section>
  )
}

function Whole({ recording: { keepUntil, purposes } }: Pick<SectionProps, 'recording'>) {
  const w = useWords(words)
  const language = useLanguage()
  if (keepUntil) return <p>{w.whole(calendarDay(keepUntil, language))}</p>
  return <p>{purposes.some(({ state }) => state === 'pending_trigger') ? w.wholeOpen : w.wholeOver}</p>
}

interface PurposeTableProps {
  readonly purposes: readonly OfficerPurpose[]
  /** Absent for those who may not decide. */
  readonly onAct?: (act: PurposeAct, tag: OfficerPurpose) => void
}

function PurposeTable({ purposes, onAct }: PurposeTableProps) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns: Column<OfficerPurpose>[] = [
    { key: 'purpose', label: w.purpose, cell: ({ purpose }) => name('purpose', purpose) },
    { key: 'basis', label: w.basis, cell: ({ legalBasis }) => name('legalBasis', legalBasis) },
    { key: 'state', label: w.state, cell: ({ state }) => w.states[state] ?? state },
    {
      key: 'until',
      label: w.until,
      cell: ({ retainUntil }) => (retainUntil ? calendarDay(retainUntil, language) : w.open),
    },
    {
      key: 'rule',
      label: w.rule,
      cell: ({ ruleId, ruleVersion }) => `${ruleId}@${ruleVersion}`,
    },
    ...(onAct
      ? [
          {
            key: 'acts',
            label: w.acts,
            cell: (tag: OfficerPurpose) => <PurposeActs tag={tag} onAct={(act) => onAct(act, tag)} />,
          },
        ]
      : []),
  ]
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={purposes}
      rowKey={({ purpose }) => purpose}
      columns={columns}
    />
  )
}

/** A purpose that runs can be objected to or ended; about one that is suspended a decision is to be made. */
const ACTS: Readonly<Record<string, readonly PurposeAct[]>> = {
  active: ['object', 'remove'],
  pending_trigger: ['object', 'remove'],
  suspended: ['uphold', 'resume'],
}

interface PurposeActsProps {
  readonly tag: OfficerPurpose
  readonly onAct: (act: PurposeAct) => void
}

function PurposeActs({ tag, onAct }: PurposeActsProps) {
  const w = useWords(words)
  const name = useNames()
  return (
    <span className="acts">
      {(ACTS[tag.state] ?? [])
        .filter((act) => act !== 'object' || tag.legalBasis === 'legitimate_interests')
        .map((act) => (
          <button
            key={act}
            className="button button--quiet"
            type="button"
            aria-label={`${w[act].open}: ${name('purpose', tag.purpose)}`}
            onClick={() => onAct(act)}
          >
            {w[act].open}
          </button>
        ))}
    </span>
  )
}
