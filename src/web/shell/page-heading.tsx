import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

let pageLoaded = false

/**
 * The one h1 of a page. It names the document, and takes the focus when the visitor came here from
 * another page of ours: without that a screen reader would stay silent after a click on a link.
 */
export function PageHeading({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const { t } = useTranslation()
  const heading = useRef<HTMLHeadingElement>(null)
  const name = t('site.name')
  useEffect(() => {
    document.title = `${title} – ${name}`
  }, [title, name])
  useEffect(() => {
    if (pageLoaded) heading.current?.focus({ preventScroll: true })
    pageLoaded = true
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
