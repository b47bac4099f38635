import type { RouteObject } from 'react-router'

/** How the service works; nobody else than its operator and those who answer for recordings loads it. */
export const operationsRoutes: RouteObject[] = [
  {
    lazy: () => import('./operations-area.tsx'),
    children: [{ path: 'beheer', lazy: () => import('./operations-page.tsx') }],
  },
]
