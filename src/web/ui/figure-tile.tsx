import type { ReactNode } from 'react'
import { Link } from 'react-router'

interface FigureTileProps {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
  /** Where the things that were counted are. */
  readonly to?: string
  readonly tone?: 'plain' | 'alert' | 'good'
}

/** One number that somebody keeps an eye on; several stand side by side in a `<dl className="figures">`. */
export function FigureTile({ label, value, note, to, tone = 'plain' }: FigureTileProps) {
  return (
    <div className={`figure figure--${tone}`}>
      <dt>{to ? <Link to={to}>{label}</Link> : label}</dt>
      <dd>
        <strong>{value}</strong>
        {note && <span>{note}</span>}
      </dd>
    </div>
  )
}
