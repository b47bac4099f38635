import type { RouteObject } from 'react-router'

/** The member's own requests; loaded when somebody opens them. */
export const requestRoutes: RouteObject[] = [
  { path: 'verzoeken', lazy: () => import('./requests-page.tsx') },
  { path: 'verzoeken/nieuw', lazy: () => import('./new-request-page.tsx') },
  { path: 'verzoeken/:id', lazy: () => import('./request-page.tsx') },
]
