import type { RouteObject } from 'react-router'

/** Emergency access: used by staff, reviewed by officers. */
export const emergencyRoutes: RouteObject[] = [
  {
    lazy: () => import('./emergency-area.tsx'),
    children: [{ path: 'noodtoegang', lazy: () => import('./emergency-page.tsx') }],
  },
]
