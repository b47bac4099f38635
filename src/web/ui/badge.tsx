import type { ReactNode } from 'react'

/** A state in a word or two; its colour repeats what the word says. */
export const Badge = ({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'good' | 'note' | 'alert'
  readonly children: ReactNode
}) => <span className={`badge badge--${tone}`}>{children}</span>
