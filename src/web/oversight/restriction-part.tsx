import { useState } from 'react'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField } from '../ui/field.tsx'
import { words } from './kept-words.ts'
import type { SectionProps } from './recording-page.tsx'

type Act = 'restrict' | 'notice' | 'lift'

/** Restriction of processing: put on, told of its end, and lifted, in that order. */
export function RestrictionPart({
  recording: { id },
  custody: { restriction },
  mayDecide,
  onDone,
}: SectionProps) {
  const w = useWords(words)
  const language = useLanguage()
  const [asked, setAsked] = useState<Act | null>(null)
  const close = () => setAsked(null)
  const acts: readonly Act[] = restriction
    ? restriction.liftNoticeAt
      ? ['lift']
      : ['notice', 'lift']
    : ['restrict']
  return (
    <>
      <h3>{w.restriction}</h3>
      <p>
        {restriction
          ? w.restricted(
              w.grounds[restriction.ground] ?? restriction.ground,
              fullDay(restriction.placedAt, language),
            )
          : w.notRestricted}
      </p>
      {restriction?.liftNoticeAt && <p>{w.notice.given(fullDay(restriction.liftNoticeAt, language))}</p>}
      {mayDecide && (
        <p className="acts">
          {acts.map((act) => (
            <button key={act} className="button" type="button" onClick={() => setAsked(act)}>
              {w[act].open}
            </button>
          ))}
        </p>
      )}
      {asked !== null && (
        <RestrictionDialog
          id={id}
          act={asked}
          onClose={close}
          onDone={() => {
            close()
            onDone(w[asked].done)
          }}
        />
      )}
    </>
  )
}

interface RestrictionDialogProps {
  readonly id: string
  readonly act: Act
  readonly onDone: () => void
  readonly onClose: () => void
}

function RestrictionDialog({ id, act, onDone, onClose }: RestrictionDialogProps) {
  const w = useWords(words)
  const [ground, setGround] = useState('accuracy_contested')
  const path = `/v1/recordings/${id}`
  const sendings = {
    restrict: { path: `${path}/restriction`, body: { ground } },
    notice: { path: `${path}/restriction/lift-notice` },
    lift: { path: `${path}/restriction`, method: 'DELETE' },
  } as const
  return (
    <ActDialog
      title={w[act].title}
      effect={<p>{w[act].effect}</p>}
      act={w[act].act}
      sending={() => sendings[act]}
      refreshed={[path]}
      onDone={onDone}
      onClose={onClose}
    >
      {act === 'restrict' && (
        <div className="form__whole">
          <SelectField
            label={w.restrict.ground}
            value={ground}
            onValue={setGround}
            choices={Object.entries(w.grounds).map(([value, label]) => ({ value, label }))}
          />
        </div>
      )}
    </ActDialog>
  )
}
