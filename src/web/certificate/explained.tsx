import type { ReactNode } from 'react'
import { calendarDay, clock, fullDay, monthName } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { Certificate, CertifiedPurpose } from './certificate.ts'
import { words } from './words.ts'

/** A certificate in plain words: what, when, on what ground, how it was proven, and what backups may hold. */
export function Explained({ certificate }: { readonly certificate: Certificate }) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <div className="certificate">
      <What {...certificate} />
      <Part heading={w.when.heading}>
        <p>
          {w.when.text} <Moment at={certificate.finishedAt} />.
        </p>
        <p className="field__hint">
          {w.when.lasted} <Moment at={certificate.startedAt} />.
        </p>
      </Part>
      <Ground {...certificate} />
      <Part heading={w.proof.heading}>
        <p>{w.proof.methods[certificate.method] ?? certificate.method}</p>
        {certificate.removedBy === 'store-lifecycle' && <p>{w.proof.store}</p>}
        <p>{w.proof.listing}</p>
      </Part>
      <Part heading={w.backups.heading}>
        <p>{w.backups.text(calendarDay(certificate.backupsGoneBy, language))}</p>
      </Part>
      <details>
        <summary>{w.technical}</summary>
        <pre className="certificate__text">
          <code>{JSON.stringify(certificate, null, 2)}</code>
        </pre>
      </details>
    </div>
  )
}

function Moment({ at }: { readonly at: string }) {
  const language = useLanguage()
  return (
    <time dateTime={at}>
      {fullDay(at, language)}, {clock(at, language)}
    </time>
  )
}

function Part({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2>{heading}</h2>
      {children}
    </section>
  )
}

function What({ recordClass, entity, recordingId, versionsRemoved }: Certificate) {
  const { what: w } = useWords(words)
  const name = useNames()
  return (
    <Part heading={w.heading}>
      <p>{recordClass === 'replaced-version' ? w.version : w.recording}</p>
      <dl className="facts">
        <div>
          <dt>{w.entity}</dt>
          <dd>{name('entity', entity)}</dd>
        </div>
        <div>
          <dt>{w.reference}</dt>
          <dd>
            <code>{recordingId}</code>
          </dd>
        </div>
      </dl>
      <p className="field__hint">{w.files(versionsRemoved)}</p>
    </Part>
  )
}

function Ground({ authority, purposes, approvers }: Certificate) {
  const { ground: w, basis } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns = [
    { key: 'purpose', label: w.purpose, cell: ({ purpose }: CertifiedPurpose) => name('purpose', purpose) },
    {
      key: 'basis',
      label: w.basis,
      cell: ({ legalBasis }: CertifiedPurpose) => basis[legalBasis] ?? legalBasis,
    },
    { key: 'from', label: w.from, cell: (one: CertifiedPurpose) => name('trigger', one.countedFrom) },
    {
      key: 'ended',
      label: w.ended,
      cell: ({ endedIn }: CertifiedPurpose) => (endedIn ? monthName(endedIn, language) : w.noEnd),
    },
    { key: 'rule', label: w.rule, cell: ({ rule }: CertifiedPurpose) => <code>{rule}</code> },
  ]
  return (
    <Part heading={w.heading}>
      <p>{authority.kind === 'payment-finding' ? w.payment : w.rules}</p>
      <DataTable
        caption={w.caption}
        columns={columns}
        rows={purposes}
        rowKey={({ purpose, rule }) => `${purpose} ${rule}`}
        empty={w.noPurpose}
      />
      {authority.ruleBook !== null && <p className="field__hint">{w.book(authority.ruleBook)}</p>}
      {approvers.length > 0 && <p className="field__hint">{w.approvers(approvers.length)}</p>}
    </Part>
  )
}
