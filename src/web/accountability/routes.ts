import type { RouteObject } from 'react-router'

/** What the organisation has to be able to show: to the authority, after a breach, to itself. */
export const accountabilityRoutes: RouteObject[] = [
  {
    lazy: () => import('./accountability-area.tsx'),
    children: [
      { path: 'datalekken', lazy: () => import('./breach-page.tsx') },
      { path: 'verwerkingsregister', lazy: () => import('./record-page.tsx') },
    ],
  },
]
