import { useState } from 'react'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { TextField } from '../ui/field.tsx'
import type { Custody } from './contract.ts'
import type { SectionProps } from './recording-page.tsx'
import { words } from './sound-words.ts'

/** How the sound is stored: whether it is whole, what of it is silence, and the way to silence more. */
export function SoundSection({ recording, custody, mayDecide, onDone }: SectionProps) {
  const w = useWords(words)
  const [isSilencing, setSilencing] = useState(false)
  const { media, audio } = recording
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{media && w.media[media.state]}</p>
      <Stored custody={custody} />
      {audio && (
        <details>
          <summary>{w.fingerprint}</summary>
          <code className="fingerprint">{audio.sha256}</code>
        </details>
      )}
      <h3>{w.silences}</h3>
      <Silences custody={custody} />
      {mayDecide && (
        <p className="acts">
          <button className="button" type="button" onClick={() => setSilencing(true)}>
            {w.silence.open}
          </button>
        </p>
      )}
      {isSilencing && (
        <SilenceDialog
          id={recording.id}
          onClose={() => setSilencing(false)}
          onDone={() => {
            setSilencing(false)
            onDone(w.silence.done)
          }}
        />
      )}
    </section>
  )
}

function Stored({ custody: { damage, checkedAt, storeInStep } }: { readonly custody: Custody }) {
  const w = useWords(words)
  const language = useLanguage()
  const checked = checkedAt ? w.checked(fullDay(checkedAt, language)) : w.unchecked
  return (
    <>
      {damage.map(({ rendition, kind, foundAt }) => (
        <p key={rendition} className="notice notice--alert">
          {w.damage(kind, fullDay(foundAt, language))}
        </p>
      ))}
      <p>
        {damage.length === 0 && w.whole} {checked} {storeInStep ? w.inStep : w.behind}
      </p>
    </>
  )
}

function Silences({ custody: { silence } }: { readonly custody: Custody }) {
  const w = useWords(words)
  if (silence.length === 0) return <p>{w.noSilences}</p>
  return (
    <ul className="plain-list">
      {silence.map(({ fromSeconds, toSeconds, reason }) => (
        <li key={fromSeconds}>
          {w.range(clockTime(fromSeconds), clockTime(toSeconds), reason === 'payment' ? w.payment : w.hold)}
        </li>
      ))}
    </ul>
  )
}

interface SilenceDialogProps {
  readonly id: string
  readonly onDone: () => void
  readonly onClose: () => void
}

function SilenceDialog({ id, onDone, onClose }: SilenceDialogProps) {
  const { silence: w } = useWords(words)
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const path = `/v1/recordings/${id}`
  const seconds = { type: 'number', min: 0, step: 'any', required: true, inputMode: 'decimal' } as const
  return (
    <ActDialog
      title={w.title}
      effect={
        <p>
          <strong>{w.effect}</strong>
        </p>
      }
      act={w.act}
      sending={() => ({
        path: `${path}/silence`,
        body: { ranges: [{ fromSeconds: Number(from), toSeconds: Number(to), reason: 'payment' }] },
      })}
      refreshed={[path]}
      onDone={onDone}
      onClose={onClose}
    >
      <TextField label={w.from} value={from} onValue={setFrom} {...seconds} />
      <TextField label={w.to} value={to} onValue={setTo} {...seconds} />
    </ActDialog>
  )
}
