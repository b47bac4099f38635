import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Outlet, ScrollRestoration } from 'react-router'
import { useMe } from '../api/queries.ts'
import { Account } from './account.tsx'
import { useSessionEnd } from './context.ts'
import { LanguageSwitch } from './language-switch.tsx'
import { SiteNav } from './site-nav.tsx'

/** What every page has around it. */
export function Shell() {
  return <Frame banner={<DemoBanner />} account={<WhoIsIn />} nav={<SiteNav />} />
}

/** What pages for anybody have around them: they ask for nothing, and so do not know who is there. */
export function PublicShell() {
  return <Frame />
}

interface FrameProps {
  readonly banner?: ReactNode
  readonly account?: ReactNode
  readonly nav?: ReactNode
}

function Frame({ banner, account, nav }: FrameProps) {
  const { t } = useTranslation()
  return (
    <>
      <a className="skip" href="#content">
        {t('site.skip')}
      </a>
      <header className="masthead">
        {banner}
        <div className="masthead__row">
          <Link className="wordmark" to="/" aria-label={t('site.home')}>
            <Mark />
            <span aria-hidden="true">{t('site.name')}</span>
          </Link>
          <div className="masthead__side">
            <LanguageSwitch />
            {account}
          </div>
          {nav}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="colophon">
        <p>{t('site.footer')}</p>
      </footer>
      <ScrollRestoration />
    </>
  )
}

function DemoBanner() {
  const { t } = useTranslation()
  const me = useMe(useSessionEnd() === null)
  return me.data?.demo ? <p className="demo">{t('site.demo')}</p> : null
}

function WhoIsIn() {
  const ended = useSessionEnd()
  const me = useMe(ended === null)
  if (ended || !me.data) return null
  return <Account name={me.data.displayName} />
}

const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect className="mark__ground" width="32" height="32" rx="9" />
    <g className="mark__lines">
      <path d="M11.5 10.5 6 16l5.5 5.5" />
      <path d="M15.5 13v6M20.5 9.5v13M25.5 13.5v5" />
    </g>
  </svg>
)
