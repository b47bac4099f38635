import { useState } from 'react'
import { useNames } from '../i18n/language.ts'
import { nl } from '../i18n/nl.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { CheckField, SelectField, TextArea, TextField } from '../ui/field.tsx'
import type { PlacedHold } from './contract.ts'
import { type HoldDraft, holdBody, newHold, SCOPES, type ScopeKind } from './hold-draft.ts'
import { words } from './holds-words.ts'
import { words as shared } from './words.ts'

interface PlaceHoldDialogProps {
  /** The one recording that is held; absent: what is held is chosen here. */
  readonly recordingId?: string
  readonly onDone: (placed: PlacedHold) => void
  readonly onClose: () => void
}

interface PartProps {
  readonly draft: HoldDraft
  readonly set: (change: Partial<HoldDraft>) => void
}

/** Keeps recordings from destruction: for which matter, which of them, and why. */
export function PlaceHoldDialog({ recordingId, onDone, onClose }: PlaceHoldDialogProps) {
  const w = useWords(words)
  const { holdTypes } = useWords(shared)
  const [draft, setDraft] = useState(() => newHold(recordingId))
  const set = (change: Partial<HoldDraft>) => setDraft({ ...draft, ...change })
  return (
    <ActDialog<PlacedHold>
      title={w.placeTitle}
      effect={<p>{w.placeEffect}</p>}
      act={w.placeAct}
      sending={() => ({ path: '/v1/holds', body: holdBody(draft) })}
      refreshed={['/v1/holds', '/v1/recordings', '/v1/overview']}
      onDone={onDone}
      onClose={onClose}
    >
      <SelectField
        label={w.type}
        value={draft.type}
        onValue={(type) => set({ type })}
        choices={Object.entries(holdTypes).map(([value, label]) => ({ value, label }))}
      />
      <TextField
        label={w.matter}
        hint={w.matterHint}
        required
        maxLength={100}
        value={draft.matterRef}
        onValue={(matterRef) => set({ matterRef })}
      />
      {recordingId === undefined && <ScopeFields draft={draft} set={set} />}
      <TextField
        label={w.reviewBy}
        hint={w.reviewByHint}
        type="date"
        value={draft.reviewBy}
        onValue={(reviewBy) => set({ reviewBy })}
      />
      <div className="form__whole">
        <TextArea
          label={w.reason}
          required
          maxLength={2000}
          value={draft.reason}
          onValue={(reason) => set({ reason })}
        />
      </div>
    </ActDialog>
  )
}

function ScopeFields({ draft, set }: PartProps) {
  const w = useWords(words)
  const name = useNames()
  const { scope } = draft
  return (
    <>
      <SelectField
        label={w.scope}
        value={scope}
        onValue={(kind) => set({ scope: kind as ScopeKind })}
        choices={SCOPES.map((kind) => ({ value: kind, label: w.scopes[kind] }))}
      />
      {scope === 'query' ? (
        <QueryFields draft={draft} set={set} />
      ) : (
        <TextField
          label={w.refs[scope]}
          required
          maxLength={200}
          autoComplete="off"
          value={draft.ref}
          onValue={(ref) => set({ ref })}
        />
      )}
      {scope !== 'recordings' && (
        <>
          <SelectField
            label={w.company}
            value={draft.entity}
            onValue={(entity) => set({ entity })}
            choices={Object.keys(nl.entity).map((value) => ({ value, label: name('entity', value) }))}
          />
          <div className="form__whole">
            <CheckField
              label={w.future}
              checked={draft.futureMatching}
              onValue={(futureMatching) => set({ futureMatching })}
            />
          </div>
        </>
      )}
    </>
  )
}

function QueryFields({ draft, set }: PartProps) {
  const w = useWords(words)
  const name = useNames()
  return (
    <>
      <TextField label={w.from} type="date" value={draft.from} onValue={(from) => set({ from })} />
      <TextField label={w.to} type="date" value={draft.to} onValue={(to) => set({ to })} />
      <SelectField
        label={w.product}
        value={draft.product}
        onValue={(product) => set({ product })}
        choices={[
          { value: '', label: w.anyProduct },
          ...Object.keys(nl.product).map((value) => ({ value, label: name('product', value) })),
        ]}
      />
      <TextField label={w.team} maxLength={100} value={draft.team} onValue={(team) => set({ team })} />
    </>
  )
}
