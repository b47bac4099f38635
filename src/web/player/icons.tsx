import type { ReactNode } from 'react'

/** Decoration inside buttons that have a name of their own. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

export const PlayIcon = () => (
  <Icon>
    <path
      className="icon__solid"
      d="M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.9-6.8a.8.8 0 0 0 0-1.4L9.2 4.5a.8.8 0 0 0-1.2.7Z"
    />
  </Icon>
)

export const PauseIcon = () => (
  <Icon>
    <rect className="icon__solid" x="6.5" y="4.5" width="4" height="15" rx="1.2" />
    <rect className="icon__solid" x="13.5" y="4.5" width="4" height="15" rx="1.2" />
  </Icon>
)

export const ReplayIcon = () => (
  <Icon>
    <path className="icon__line" d="M5 12a7 7 0 1 0 2.2-5.1" />
    <path className="icon__line" d="M7.6 3v4.2h4.2" />
  </Icon>
)

/** An arrow around the number of seconds. */
export const SkipIcon = ({ forward = false }: { readonly forward?: boolean }) => (
  <Icon>
    <g transform={forward ? 'matrix(-1 0 0 1 24 0)' : undefined}>
      <path className="icon__line" d="M3.9 9.2A9 9 0 1 1 3 12.6" />
      <path className="icon__line" d="M3.4 4.6v4.9h4.9" />
    </g>
    <text className="icon__text" x="12" y="15.4" textAnchor="middle">
      10
    </text>
  </Icon>
)
