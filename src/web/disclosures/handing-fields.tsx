import { useWords } from '../i18n/words.ts'
import { CheckField, SelectField, TextArea, TextField } from '../ui/field.tsx'
import { words } from './ask-words.ts'
import { CHANNELS } from './contract.ts'
import type { PartProps } from './recipient-fields.tsx'
import { words as shared } from './words.ts'

/** By which way, until when, and whether the member hears of it later. */
export function HandingFields({ draft: { channel, returnBy, delay }, set }: PartProps) {
  const w = useWords(words)
  const { channel: names } = useWords(shared)
  return (
    <section className="panel">
      <h2>{w.handing}</h2>
      <div className="form">
        <SelectField
          label={w.channel}
          value={channel}
          onValue={(value) => set({ channel: value })}
          choices={CHANNELS.map((value) => ({ value, label: names[value] ?? value }))}
        />
        <TextField
          type="date"
          label={w.returnBy}
          value={returnBy}
          onValue={(value) => set({ returnBy: value })}
        />
        <div className="form__whole">
          <CheckField
            label={w.delay}
            hint={w.delayHint}
            checked={delay !== null}
            onValue={(isDelayed) => set({ delay: isDelayed ? { until: '', reason: '' } : null })}
          />
        </div>
        {delay && (
          <>
            <TextField
              type="date"
              label={w.delayUntil}
              required
              value={delay.until}
              onValue={(until) => set({ delay: { ...delay, until } })}
            />
            <div className="form__whole">
              <TextArea
                label={w.delayReason}
                required
                maxLength={2000}
                value={delay.reason}
                onValue={(reason) => set({ delay: { ...delay, reason } })}
              />
            </div>
          </>
        )}
      </div>
    </section>
  )
}
