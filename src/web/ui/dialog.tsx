import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A question that has to be answered before the rest of the page goes on; Escape answers it with no. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const w = useWords(words)
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Before the element leaves the page: only an open dialog that closes gives the focus back to who asked.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose}>
      <div className="dialog__head">
        <h2 id={id}>{title}</h2>
        <button className="button button--quiet" type="button" onClick={() => dialog.current?.close()}>
          {w.close}
        </button>
      </div>
      {children}
    </dialog>
  )
}
