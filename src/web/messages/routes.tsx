import type { RouteObject } from 'react-router'

/** Messages of the service, for everybody who gets any. */
export const messageRoutes: RouteObject[] = [{ path: 'berichten', lazy: () => import('./messages-page.tsx') }]
