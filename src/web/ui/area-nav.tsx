import { NavLink } from 'react-router'

export interface AreaLink {
  readonly to: string
  readonly label: string
  /** Only this very page counts as being there, not those below it. */
  readonly end?: boolean
}

/** The pages of one area, as a row of links. */
export const AreaNav = ({
  label,
  links,
}: {
  readonly label: string
  readonly links: readonly AreaLink[]
}) => (
  <nav className="area-nav" aria-label={label}>
    <ul>
      {links.map(({ to, label: text, end = false }) => (
        <li key={to}>
          <NavLink to={to} end={end}>
            {text}
          </NavLink>
        </li>
      ))}
    </ul>
  </nav>
)
