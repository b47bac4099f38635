import type { RouteObject } from 'react-router'
import { ForRoles } from '../shell/for-roles.tsx'

const READERS = ['privacy_officer', 'records_manager', 'auditor']
const OFFICERS = ['privacy_officer']
const DECIDERS = ['privacy_officer', 'records_manager']
const SWEEPERS = ['records_manager', 'privacy_officer', 'operator']

const forRoles = (roles: readonly string[], children: RouteObject[]): RouteObject => ({
  element: <ForRoles roles={roles} />,
  children,
})

/** Rules, approvals, sweeps and certificates, for the staff who account for them. */
export const retentionRoutes: RouteObject[] = [
  {
    lazy: () => import('./area.tsx'),
    children: [
      forRoles(READERS, [
        { path: 'bewaartermijnen', lazy: () => import('./rules-page.tsx') },
        { path: 'bewaartermijnen/:version', lazy: () => import('./version-page.tsx') },
        { path: 'verklaringen', lazy: () => import('./certificates-page.tsx') },
      ]),
      forRoles(OFFICERS, [
        { path: 'bewaartermijnen/nieuw', lazy: () => import('./draft-page.tsx') },
        { path: 'bewaartermijnen/tekst', lazy: () => import('./text-page.tsx') },
      ]),
      forRoles(DECIDERS, [{ path: 'goedkeuringen', lazy: () => import('./approvals-page.tsx') }]),
      forRoles(SWEEPERS, [
        { path: 'opruimen', lazy: () => import('./sweeps-page.tsx') },
        { path: 'opruimen/:id', lazy: () => import('./sweep-page.tsx') },
      ]),
    ],
  },
]
