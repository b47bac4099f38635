import { Link } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { BookList } from './contract.ts'
import { periodWords } from './period.ts'
import { PreviewSection } from './preview-section.tsx'
import { RuleTable } from './rule-table.tsx'
import { words } from './rules-words.ts'
import { VersionTable } from './version-table.tsx'

/** The rules in force, every version there was, and what lies ahead. */
export function Component() {
  const w = useWords(words)
  const books = useGet<BookList>('/v1/retention/rules')
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <ProposeActs />
      <Loaded query={books}>{(found) => <Books {...found} />}</Loaded>
    </>
  )
}

function ProposeActs() {
  const { change, write } = useWords(words)
  const roles = useMe().data?.roles ?? []
  if (!roles.includes('privacy_officer')) return null
  return (
    <p className="acts">
      <Link className="button button--main" to="/bewaartermijnen/nieuw">
        {change}
      </Link>
      <Link className="button" to="/bewaartermijnen/tekst">
        {write}
      </Link>
    </p>
  )
}

function Books({ current, rules, unlinked, versions }: BookList) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <>
      <section className="panel">
        <RuleTable caption={w.inForce(current)} rules={rules} />
        <p className="field__hint">{w.unlinked(periodWords(unlinked, language))}</p>
      </section>
      <section className="panel">
        <VersionTable versions={versions} current={current} />
      </section>
      <PreviewSection version="current" />
    </>
  )
}
