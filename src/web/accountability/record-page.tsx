import { useGet } from '../api/use-api.ts'
import { countryName } from '../disclosures/countries.ts'
import { words as supplierWords } from '../disclosures/supplier-words.ts'
import { words as disclosureWords } from '../disclosures/words.ts'
import { calendarDay, capitalised } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ActivitySection } from './activity-section.tsx'
import type { ProcessingRecord } from './contract.ts'
import { DpiaSection } from './dpia-section.tsx'
import { Facts } from './facts.tsx'
import { words } from './record-words.ts'
import { useMoment } from './use-moment.ts'

/** The record of processing and the figures of an assessment, read here and taken along as the API gives them. */
export function Component() {
  const w = useWords(words)
  const record = useGet<ProcessingRecord>('/v1/processing-record')
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={record}>{(found) => <TheRecord record={found} />}</Loaded>
      <DpiaSection />
    </div>
  )
}

interface PartProps {
  readonly record: ProcessingRecord
}

function TheRecord({ record }: PartProps) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const when = useMoment()
  return (
    <>
      <section className="panel" aria-label={w.title}>
        <p>{w.asOf(when(record.at), record.rulesVersion)}</p>
        <Facts
          facts={[
            [w.facts.controllers, record.controllers.map((one) => name('entity', one)).join(', ')],
            [w.facts.contact, record.contact],
            [w.facts.subjects, capitalised(record.dataSubjects[language])],
            [w.facts.transfers, record.transfers[language]],
          ]}
        />
        <p className="acts">
          <a className="button" href="/v1/processing-record" download="processing-record.json">
            {w.download}
          </a>
        </p>
      </section>
      <Sentences
        heading={w.categories}
        sentences={record.categories.map(({ words: one }) => one[language])}
      />
      <section className="section">
        <h2>{w.activities}</h2>
        {record.activities.map((activity) => (
          <ActivitySection key={activity.purpose} activity={activity} />
        ))}
      </section>
      <Suppliers record={record} />
      <Disclosed record={record} />
      <Sentences heading={w.measures} sentences={record.measures.map(({ words: one }) => one[language])} />
    </>
  )
}

interface SentencesProps {
  readonly heading: string
  readonly sentences: readonly string[]
}

const Sentences = ({ heading, sentences }: SentencesProps) => (
  <section className="section">
    <h2>{heading}</h2>
    <ul className="plain-list">
      {sentences.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  </section>
)

function Suppliers({ record: { suppliers } }: PartProps) {
  const w = useWords(words)
  const { type: types } = useWords(supplierWords)
  const language = useLanguage()
  return (
    <section className="section">
      <h2>{w.suppliers}</h2>
      <DataTable
        caption={w.suppliers}
        hideCaption
        rows={suppliers}
        rowKey={({ name, agreementRef }) => `${name} ${agreementRef}`}
        empty={w.noSuppliers}
        columns={[
          { key: 'name', label: w.supplier, cell: ({ name }) => name },
          { key: 'country', label: w.country, cell: ({ country }) => countryName(country, language) },
          { key: 'type', label: w.type, cell: ({ type }) => types[type] ?? type },
          {
            key: 'agreement',
            label: w.agreement,
            cell: ({ agreementRef, validUntil }) => w.until(agreementRef, calendarDay(validUntil, language)),
          },
          { key: 'purposes', label: w.purposes, cell: ({ purposes }) => purposes.join(', ') },
        ]}
      />
    </section>
  )
}

function Disclosed({ record: { disclosed } }: PartProps) {
  const w = useWords(words)
  const { type: types } = useWords(disclosureWords)
  const language = useLanguage()
  return (
    <section className="section">
      <h2>{w.disclosed}</h2>
      <DataTable
        caption={w.disclosed}
        hideCaption
        rows={disclosed}
        rowKey={({ recipientType, country }) => `${recipientType} ${country}`}
        empty={w.noDisclosed}
        columns={[
          {
            key: 'type',
            label: w.recipient,
            cell: ({ recipientType }) => types[recipientType] ?? recipientType,
          },
          { key: 'country', label: w.country, cell: ({ country }) => countryName(country, language) },
          { key: 'recordings', label: w.recordings, cell: ({ recordings }) => recordings, isNumber: true },
        ]}
      />
    </section>
  )
}
