import type { RouteObject } from 'react-router'

/** What is on record, for those who look after it. */
export const auditLogRoutes: RouteObject[] = [
  {
    lazy: () => import('./log-area.tsx'),
    children: [{ path: 'logboek', lazy: () => import('./log-page.tsx') }],
  },
]
