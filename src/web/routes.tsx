import { createBrowserRouter, type RouteObject, redirect } from 'react-router'
import { accountabilityRoutes } from './accountability/routes.ts'
import { auditLogRoutes } from './audit-log/routes.ts'
import { caseworkRoutes } from './casework/routes.tsx'
import { certificateRoutes } from './certificate/routes.ts'
import { coachingRoutes } from './coaching/routes.tsx'
import { deliveryRoutes } from './delivery/routes.ts'
import { disclosureRoutes } from './disclosures/routes.tsx'
import { emergencyRoutes } from './emergency/routes.ts'
import { feedbackRoutes } from './feedback/routes.tsx'
import { CallPage } from './listening/call-page.tsx'
import { CallsPage } from './listening/calls-page.tsx'
import { MemberArea } from './listening/member-area.tsx'
import { messageRoutes } from './messages/routes.tsx'
import { operationsRoutes } from './operations/routes.tsx'
import { oversightRoutes } from './oversight/routes.tsx'
import { requestsDeskRoutes } from './requests-desk/routes.tsx'
import { retentionRoutes } from './retention/routes.tsx'
import { requestRoutes } from './rights/routes.tsx'
import { Crash } from './shell/failure.tsx'
import { NotFound } from './shell/not-found.tsx'
import { PublicShell, Shell } from './shell/shell.tsx'
import { SignedIn } from './shell/signed-in.tsx'
import { whoListenedRoutes } from './who-listened/routes.ts'

/**
 * All pages. The member's pages come with the first load, because that is what nearly everybody is
 * here for; areas for staff belong beside `MemberArea`, loaded by `lazy` when somebody opens them.
 * The service answers these paths with the page (`src/http/web-page.ts`); keep the two in step.
 */
export const routes: RouteObject[] = [
  {
    Component: Shell,
    ErrorBoundary: Crash,
    children: [
      {
        Component: SignedIn,
        children: [
          {
            Component: MemberArea,
            children: [
              { index: true, Component: CallsPage },
              { path: 'gesprekken', loader: () => redirect('/') },
              { path: 'gesprekken/:id', Component: CallPage },
              ...requestRoutes,
              { path: 'voorkeuren', lazy: () => import('./preferences/preferences-page.tsx') },
            ],
          },
          ...messageRoutes,
          ...caseworkRoutes,
          ...coachingRoutes,
          ...feedbackRoutes,
          ...oversightRoutes,
          ...operationsRoutes,
          ...retentionRoutes,
          ...emergencyRoutes,
          ...auditLogRoutes,
          ...requestsDeskRoutes,
          ...disclosureRoutes,
          ...whoListenedRoutes,
          ...accountabilityRoutes,
          { path: '*', Component: NotFound },
        ],
      },
    ],
  },
  { Component: PublicShell, ErrorBoundary: Crash, children: [...certificateRoutes, ...deliveryRoutes] },
]

export const createRouter = () => createBrowserRouter(routes)
