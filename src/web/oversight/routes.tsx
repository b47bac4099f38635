import type { RouteObject } from 'react-router'

/** The officer's console; nobody else loads it. */
export const oversightRoutes: RouteObject[] = [
  {
    lazy: () => import('./overview-area.tsx'),
    children: [{ path: 'toezicht', lazy: () => import('./overview-page.tsx') }],
  },
  {
    lazy: () => import('./officer-area.tsx'),
    children: [
      { path: 'opnamen', lazy: () => import('./recordings-page.tsx') },
      { path: 'opnamen/:id', lazy: () => import('./recording-page.tsx') },
      { path: 'blokkades', lazy: () => import('./holds-page.tsx') },
      { path: 'blokkades/:id', lazy: () => import('./hold-page.tsx') },
    ],
  },
]
