import { type SyntheticEvent, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useGet } from '../api/use-api.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './certificate-words.ts'
import type { CertificateList } from './contract.ts'
import { words as areaWords } from './words.ts'

const SEARCHED = 'opname'

/** Certificates of the entities of the reader, the newest first, or those of one recording. */
export function Component() {
  const w = useWords(words)
  const [search] = useSearchParams()
  const wanted = search.get(SEARCHED) ?? ''
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Find key={wanted} wanted={wanted} />
      <section className="panel">
        <Page key={wanted} wanted={wanted} cursor={null} />
      </section>
      <p>
        <Link to="/certificaat">{w.public}</Link>
      </p>
    </>
  )
}

function Find({ wanted }: { readonly wanted: string }) {
  const w = useWords(words)
  const [value, setValue] = useState(wanted)
  const [, setSearch] = useSearchParams()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    setSearch(value.trim() === '' ? {} : { [SEARCHED]: value.trim() })
  }
  return (
    <search>
      <form className="form" onSubmit={submit}>
        <TextField label={w.find} value={value} onValue={setValue} autoComplete="off" />
        <div className="form__acts">
          <button className="button" type="submit">
            {w.findAct}
          </button>
          {wanted !== '' && (
            <Link className="button button--quiet" to="/verklaringen">
              {w.all}
            </Link>
          )}
        </div>
      </form>
    </search>
  )
}

interface PageProps {
  readonly wanted: string
  readonly cursor: string | null
}

/** One page of the list, with the next below it once it is wanted. */
function Page({ wanted, cursor }: PageProps) {
  const { more } = useWords(areaWords)
  const [isMoreWanted, setMoreWanted] = useState(false)
  const query = new URLSearchParams({
    ...(wanted === '' ? {} : { recordingId: wanted }),
    ...(cursor === null ? {} : { cursor }),
  })
  const page = useGet<CertificateList>(`/v1/certificates?${query}`)
  return (
    <Loaded query={page}>
      {({ items, nextCursor }) => (
        <>
          <Certificates items={items} isSearch={wanted !== ''} isFirst={cursor === null} />
          {nextCursor !== null && isMoreWanted && <Page wanted={wanted} cursor={nextCursor} />}
          {nextCursor !== null && !isMoreWanted && (
            <button className="button" type="button" onClick={() => setMoreWanted(true)}>
              {more}
            </button>
          )}
        </>
      )}
    </Loaded>
  )
}

interface CertificatesProps {
  readonly items: CertificateList['items']
  readonly isSearch: boolean
  readonly isFirst: boolean
}

type Item = CertificateList['items'][number]

function Certificates({ items, isSearch, isFirst }: CertificatesProps) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns = [
    {
      key: 'no',
      label: w.no,
      cell: ({ certificate: { no } }: Item) => <Link to={`/certificaat/${no}`}>{no}</Link>,
    },
    {
      key: 'when',
      label: w.when,
      cell: ({ certificate }: Item) => fullDay(certificate.finishedAt, language),
    },
    {
      key: 'what',
      label: w.what,
      cell: ({ certificate }: Item) =>
        certificate.recordClass === 'replaced-version' ? w.version : w.recording,
    },
    {
      key: 'entity',
      label: w.entity,
      cell: ({ certificate }: Item) => name('entity', certificate.entity),
    },
    {
      key: 'reference',
      label: w.reference,
      cell: ({ certificate }: Item) => <code>{certificate.recordingId}</code>,
    },
    {
      key: 'backups',
      label: w.backups,
      cell: ({ certificate }: Item) => calendarDay(certificate.backupsGoneBy, language),
    },
  ]
  return (
    <DataTable
      caption={w.title}
      hideCaption={!isFirst}
      columns={columns}
      rows={items}
      rowKey={({ certificate }) => String(certificate.no)}
      empty={isSearch ? w.findNone : w.empty}
    />
  )
}
