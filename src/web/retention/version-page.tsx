import { useParams } from 'react-router'
import { useGet } from '../api/use-api.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Book, BookList } from './contract.ts'
import { Decision } from './decision.tsx'
import { Differences } from './differences.tsx'
import { PreviewSection } from './preview-section.tsx'
import { RuleTable } from './rule-table.tsx'
import { words } from './rules-words.ts'
import { VersionTable } from './version-table.tsx'

/** One version of the rules: what it changes, what it would do, and the decision about it. */
export function Component() {
  const { version = '' } = useParams()
  const w = useWords(words)
  const books = useGet<BookList>('/v1/retention/rules')
  const book = useGet<Book>(`/v1/retention/rules/${encodeURIComponent(version)}`)
  return (
    <>
      <PageHeading title={w.version(Number(version))}>{w.version(Number(version))}</PageHeading>
      <Loaded query={books}>
        {(list) => <Loaded query={book}>{(found) => <Version book={found} list={list} />}</Loaded>}
      </Loaded>
    </>
  )
}

function Version({ book, list }: { readonly book: Book; readonly list: BookList }) {
  const w = useWords(words)
  const shown = list.versions.filter(({ version }) => version === book.version || version === list.current)
  const mayWork = book.state !== 'rejected' && book.state !== 'lapsed'
  return (
    <>
      <section className="panel">
        <VersionTable versions={shown} current={list.current} />
      </section>
      {book.version !== list.current && <Differences before={list} after={book} />}
      {mayWork && <Effect {...book} />}
      {mayWork && <PreviewSection version={book.version} />}
      <Decision book={book} />
      <details className="panel">
        <summary>{w.allRules}</summary>
        <RuleTable caption={w.allRules} rules={book.rules} />
      </details>
    </>
  )
}

/** From when a version works, for what is new and for what exists already. */
function Effect({ effectiveFrom, shortensFrom, lengtheningGround }: Book) {
  const { notice: w } = useWords(words)
  const language = useLanguage()
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <ul>
        <li>{w.new(calendarDay(effectiveFrom, language))}</li>
        <li>{w.shorter(calendarDay(shortensFrom, language))}</li>
        <li>{lengtheningGround === null ? w.longer : w.longerToo(lengtheningGround)}</li>
        <li>{w.over}</li>
      </ul>
    </section>
  )
}
