import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { ItemProps } from './item-page.tsx'
import { words } from './item-words.ts'
import { itemPath, useItemAct } from './use-coaching.ts'

/** Shows what was written to the agent, for good: so it is asked once more. */
export function ReleaseSection({ sample, item }: ItemProps) {
  const { release: w } = useWords(words)
  const [isAsking, setAsking] = useState(false)
  const mustWait = sample.coaches.length > 1 && item.state === 'open'
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p role="status">{item.released ? w.done : ''}</p>
      {!item.released && (
        <>
          <p>{w.text}</p>
          {mustWait ? (
            <p className="note">{w.wait}</p>
          ) : (
            <p className="acts">
              <button className="button" type="button" onClick={() => setAsking(true)}>
                {w.act}
              </button>
            </p>
          )}
        </>
      )}
      {isAsking && <Question sample={sample} item={item} onClose={() => setAsking(false)} />}
    </section>
  )
}

function Question({ sample, item, onClose }: ItemProps & { readonly onClose: () => void }) {
  const { release: w } = useWords(words)
  const releasing = useItemAct(sample.id)
  const path = `${itemPath(sample.id, item.n)}/release`
  return (
    <Dialog title={w.title} onClose={onClose}>
      <div className="question">
        <p>{w.effect(item.agentRef)}</p>
        <ProblemNote error={releasing.error} />
        <div className="acts">
          <button
            className="button button--main"
            type="button"
            aria-disabled={releasing.isPending}
            onClick={() => !releasing.isPending && releasing.mutate({ path }, { onSuccess: onClose })}
          >
            {releasing.isPending ? w.sending : w.yes}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {w.no}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
