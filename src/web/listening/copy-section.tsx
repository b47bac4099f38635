import { useTranslation } from 'react-i18next'
import type { Call } from '../api/contract.ts'
import { copyUrl } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { fileSize, kindOf } from './file-size.ts'

/** The member's right to a copy of the sound file itself, and the means to prove it is the same. */
export function CopySection({ call: { id, audio } }: { readonly call: Call }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <section className="section">
      <h2>{t('call.copy.heading')}</h2>
      <p>
        {t('call.copy.text')} {t('call.copy.care')}
      </p>
      <p>
        <a className="button button--main" href={copyUrl(id)} download>
          {t('call.copy.download')}
          {audio && (
            <span className="button__aside">
              {kindOf(audio.mediaType)}, {fileSize(audio.bytes, language)}
            </span>
          )}
        </a>
      </p>
      {audio && (
        <details>
          <summary>{t('call.copy.fingerprint')}</summary>
          <p>{t('call.copy.fingerprintText')}</p>
          <p>
            <code className="fingerprint">{audio.sha256}</code>
          </p>
        </details>
      )}
    </section>
  )
}
