import { useEffect, useRef, useState } from 'react'

/** What was just done, in a sentence; anew each time, so that the same words are said again. */
export interface Told {
  readonly text: string
}

export function useNews(): readonly [Told | null, (text: string) => void] {
  const [told, setTold] = useState<Told | null>(null)
  return [told, (text) => setTold({ text })]
}

/**
 * Says what was done and takes the focus: the button that asked may be gone. After the dialog is, because an open
 * one keeps the focus to itself and gives it back to who asked when it closes.
 */
export function News({ told }: { readonly told: Told | null }) {
  const place = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (told) place.current?.focus()
  }, [told])
  return (
    <p role="status" ref={place} tabIndex={-1} className={told ? 'news notice notice--good' : 'news'}>
      {told?.text}
    </p>
  )
}
