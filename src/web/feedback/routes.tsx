import type { RouteObject } from 'react-router'

/** What coaches released to an agent. */
export const feedbackRoutes: RouteObject[] = [
  {
    path: 'terugkoppeling',
    lazy: () => import('./feedback-area.tsx'),
    children: [{ index: true, lazy: () => import('./feedback-page.tsx') }],
  },
]
