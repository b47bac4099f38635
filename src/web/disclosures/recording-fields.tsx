import { useWords } from '../i18n/words.ts'
import { TextField } from '../ui/field.tsx'
import { words } from './ask-words.ts'
import type { WantedRecording } from './draft.ts'
import { partsOf } from './parts.ts'
import type { PartProps } from './recipient-fields.tsx'

const MOST = 500

/** Which recordings, and which parts of them. */
export function RecordingFields({ draft: { recordings }, set }: PartProps) {
  const w = useWords(words)
  const change = (key: number, part: Partial<WantedRecording>) =>
    set({ recordings: recordings.map((one) => (one.key === key ? { ...one, ...part } : one)) })
  const add = () => {
    const key = Math.max(...recordings.map((one) => one.key)) + 1
    set({ recordings: [...recordings, { key, recordingId: '', parts: '' }] })
  }
  return (
    <section className="panel">
      <h2>{w.what}</h2>
      {recordings.map(({ key, recordingId, parts }, place) => (
        <div key={key} className="form">
          <TextField
            label={w.recording(place + 1)}
            required
            maxLength={100}
            autoComplete="off"
            value={recordingId}
            onValue={(value) => change(key, { recordingId: value })}
          />
          <TextField
            label={w.parts(place + 1)}
            hint={w.partsHint}
            problem={partsOf(parts) === undefined ? w.partsProblem : undefined}
            autoComplete="off"
            value={parts}
            onValue={(value) => change(key, { parts: value })}
          />
          {recordings.length > 1 && (
            <div className="form__acts">
              <button
                className="button button--quiet"
                type="button"
                onClick={() => set({ recordings: recordings.filter((one) => one.key !== key) })}
              >
                {w.less(place + 1)}
              </button>
            </div>
          )}
        </div>
      ))}
      {recordings.length < MOST && (
        <p className="acts">
          <button className="button" type="button" onClick={add}>
            {w.more}
          </button>
        </p>
      )}
    </section>
  )
}
