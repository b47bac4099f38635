import type { RouteObject } from 'react-router'

/** For recipients, who have no account here: nothing on the page asks who is there. */
export const deliveryRoutes: RouteObject[] = [
  { path: 'verstrekking/:id', lazy: () => import('./delivery-page.tsx') },
]
