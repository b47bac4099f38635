import type { RouteObject } from 'react-router'

/** Where staff listen for a case. */
export const caseworkRoutes: RouteObject[] = [
  {
    path: 'beluisteren',
    lazy: () => import('./casework-area.tsx'),
    children: [
      { index: true, lazy: () => import('./casework-page.tsx') },
      { path: ':id', lazy: () => import('./case-call-page.tsx') },
    ],
  },
]
