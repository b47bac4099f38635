import { Outlet } from 'react-router'

/** The pages about rules and destruction: all of them are wide. */
export const Component = () => (
  <div className="wide">
    <Outlet />
  </div>
)
