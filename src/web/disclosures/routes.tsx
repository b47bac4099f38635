import type { RouteObject } from 'react-router'

/** What is given to others, and the suppliers it may be given to; nobody else loads it. */
export const disclosureRoutes: RouteObject[] = [
  {
    path: 'verstrekkingen',
    lazy: () => import('./disclosures-area.tsx'),
    children: [
      { index: true, lazy: () => import('./list-page.tsx') },
      { path: 'nieuw', lazy: () => import('./ask-page.tsx') },
      { path: ':id', lazy: () => import('./disclosure-page.tsx') },
    ],
  },
  {
    path: 'leveranciers',
    lazy: () => import('./suppliers-area.tsx'),
    children: [{ index: true, lazy: () => import('./suppliers-page.tsx') }],
  },
]
