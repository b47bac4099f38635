import type { RouteObject } from 'react-router'

/** Pages for anybody: nothing on them asks who is there. */
export const certificateRoutes: RouteObject[] = [
  { path: 'certificaat', lazy: () => import('./find-page.tsx') },
  { path: 'certificaat/:no', lazy: () => import('./certificate-page.tsx') },
]
