import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export function KeyboardHelp() {
  const { t } = useTranslation()
  const or = ` ${t('player.keys.or')} `
  return (
    <details className="keys">
      <summary>{t('player.keys.summary')}</summary>
      <p>{t('player.keys.intro')}</p>
      <dl>
        <Row what={t('player.keys.toggle')}>
          <kbd>K</kbd>
          {or}
          <kbd>{t('player.keys.space')}</kbd>
        </Row>
        <Row what={t('player.keys.ten')}>
          <kbd>J</kbd>
          {or}
          <kbd>L</kbd>
        </Row>
        <Row what={t('player.keys.five')}>
          <kbd>←</kbd>
          {or}
          <kbd>→</kbd>
        </Row>
        <Row what={t('player.keys.thirty')}>
          <kbd>Page Down</kbd>
          {or}
          <kbd>Page Up</kbd>
        </Row>
        <Row what={t('player.keys.ends')}>
          <kbd>Home</kbd>
          {or}
          <kbd>End</kbd>
        </Row>
      </dl>
    </details>
  )
}

const Row = ({ what, children }: { readonly what: string; readonly children: ReactNode }) => (
  <div>
    <dt>{children}</dt>
    <dd>{what}</dd>
  </div>
)
