import type { RouteObject } from 'react-router'

/** Answering requests, for privacy officers; filing them for members, for agents too. */
export const requestsDeskRoutes: RouteObject[] = [
  {
    path: 'privacyverzoeken',
    lazy: () => import('./requests-desk-area.tsx'),
    children: [
      { index: true, lazy: () => import('./queue-page.tsx') },
      { path: 'nieuw', lazy: () => import('./filing-page.tsx') },
      { path: ':id', lazy: () => import('./dossier-page.tsx') },
    ],
  },
]
