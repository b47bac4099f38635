import { Link, useParams } from 'react-router'
import { ApiProblem } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { ProvenCertificate } from './certificate.ts'
import { Explained } from './explained.tsx'
import { useCertificate } from './use-checked.ts'
import { Verdict } from './verdict.tsx'
import { textToCheck } from './verify.ts'
import { words } from './words.ts'

/** One certificate, for anybody who knows its number. */
export function Component() {
  const { no = '' } = useParams()
  const w = useWords(words)
  const proven = useCertificate(no)
  const isMissing = proven.error instanceof ApiProblem && proven.error.status === 404
  return (
    <div className="page-parts" key={no}>
      <PageHeading title={w.heading(no)}>{w.heading(no)}</PageHeading>
      {isMissing ? (
        <div className="notice notice--alert" role="alert">
          <p>{w.missing}</p>
          <p>{w.missingHint}</p>
        </div>
      ) : (
        <Loaded query={proven}>{(found) => <Found no={no} proven={found} />}</Loaded>
      )}
      <p>
        <Link to="/certificaat">{w.other}</Link>
      </p>
    </div>
  )
}

function Found({ no, proven }: { readonly no: string; readonly proven: ProvenCertificate }) {
  const w = useWords(words)
  return (
    <>
      <Verdict text={textToCheck(proven)} />
      <Explained certificate={proven.certificate} />
      <p className="acts">
        <a
          className="button"
          href={`/v1/certificates/${encodeURIComponent(no)}`}
          download={`listenback-certificate-${no}.json`}
        >
          {w.save}
        </a>
        {proven.certificate.no > 1 && (
          <Link className="button button--quiet" to={`/certificaat/${proven.certificate.no - 1}`}>
            {w.before}
          </Link>
        )}
        <Link className="button button--quiet" to={`/certificaat/${proven.certificate.no + 1}`}>
          {w.after}
        </Link>
      </p>
    </>
  )
}
