import { useTranslation } from 'react-i18next'
import type { Call } from '../api/contract.ts'
import { copyUrl } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { fileSize, kindOf } from './file-size.ts'

/** The copy as a part of the page of its own, for a call that cannot be heard any other way. */
export const CopySection = ({ call }: { readonly call: Call }) => (
  <section className="section">
    <CopyOffer call={call} level="h2" />
  </section>
)

interface CopyOfferProps {
  readonly call: Call
  readonly level: 'h2' | 'h3'
}

/** The member's right to a copy of the sound file itself, and the means to prove it is the same. */
export function CopyOffer({ call: { id, audio }, level: Heading }: CopyOfferProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <>
      <Heading>{t('call.copy.heading')}</Heading>
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
    </>
  )
}
