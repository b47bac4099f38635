import type { RouteObject } from 'react-router'

/** What members may know of who listened: what waits a while, and who it was by name. */
export const whoListenedRoutes: RouteObject[] = [
  {
    lazy: () => import('./who-listened-area.tsx'),
    children: [
      { path: 'inzage-uitgesteld', lazy: () => import('./withholdings-page.tsx') },
      { path: 'naamverzoeken', lazy: () => import('./name-requests-page.tsx') },
    ],
  },
]
