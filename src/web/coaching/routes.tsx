import type { RouteObject } from 'react-router'

/** The coach's desk; nobody else loads it. */
export const coachingRoutes: RouteObject[] = [
  {
    path: 'coaching',
    lazy: () => import('./coaching-area.tsx'),
    children: [
      { index: true, lazy: () => import('./samples-page.tsx') },
      { path: ':id', lazy: () => import('./sample-page.tsx') },
      { path: ':id/ijking', lazy: () => import('./calibration-page.tsx') },
      { path: ':id/:n', lazy: () => import('./item-page.tsx') },
    ],
  },
]
