import { useState } from 'react'
import { Link } from 'react-router'
import { useGet } from '../api/use-api.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { TextArea } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { News, useNews } from '../ui/news.tsx'
import { words } from './act-words.ts'
import type { RecipientNotice, RecipientNoticeList } from './contract.ts'

interface RecipientNoticesProps {
  readonly mayReply: boolean
  /** Of one disclosure only. */
  readonly disclosureId?: string
}

/** What recipients were told of recordings that they have (Art. 19 GDPR), and what they answered. */
export function RecipientNotices({ mayReply, disclosureId }: RecipientNoticesProps) {
  const w = useWords(words)
  const notices = useGet<RecipientNoticeList>('/v1/recipient-notices')
  const [answered, setAnswered] = useState<RecipientNotice | null>(null)
  const [told, tell] = useNews()
  return (
    <section className="section">
      <h2>{w.notices}</h2>
      <p>{w.noticesText}</p>
      <News told={told} />
      <Loaded query={notices}>
        {({ items }) => (
          <Rows
            rows={items.filter((one) => disclosureId === undefined || one.disclosureId === disclosureId)}
            onReply={mayReply ? setAnswered : undefined}
          />
        )}
      </Loaded>
      {answered && (
        <ReplyDialog
          notice={answered}
          onClose={() => setAnswered(null)}
          onDone={() => {
            setAnswered(null)
            tell(w.replied)
          }}
        />
      )}
    </section>
  )
}

interface RowsProps {
  readonly rows: readonly RecipientNotice[]
  readonly onReply: ((notice: RecipientNotice) => void) | undefined
}

function Rows({ rows, onReply }: RowsProps) {
  const w = useWords(words)
  const language = useLanguage()
  const columns: Column<RecipientNotice>[] = [
    {
      key: 'recipient',
      label: w.recipient,
      cell: ({ disclosureId, legalName }) => <Link to={`/verstrekkingen/${disclosureId}`}>{legalName}</Link>,
    },
    {
      key: 'what',
      label: w.what,
      cell: ({ recordingId, what, happenedAt }) => (
        <>
          <code>{recordingId}</code> {w.whats[what]}, {fullDay(happenedAt, language)}
        </>
      ),
    },
    {
      key: 'told',
      label: w.told,
      cell: ({ toldAt, alarmedAt, repliedAt }) => (
        <>
          {toldAt ? fullDay(toldAt, language) : w.notTold}{' '}
          {alarmedAt && !repliedAt && <span className="state state--alert">{w.silent}</span>}
        </>
      ),
    },
    {
      key: 'answer',
      label: w.answer,
      cell: (notice) =>
        notice.reply ??
        (onReply ? (
          <button
            className="button"
            type="button"
            aria-label={w.replyOf(notice.legalName, notice.recordingId)}
            onClick={() => onReply(notice)}
          >
            {w.reply}
          </button>
        ) : (
          '–'
        )),
    },
  ]
  return (
    <DataTable
      caption={w.notices}
      hideCaption
      rows={rows}
      rowKey={({ id }) => id}
      empty={w.noNotices}
      columns={columns}
    />
  )
}

interface ReplyDialogProps {
  readonly notice: RecipientNotice
  readonly onDone: () => void
  readonly onClose: () => void
}

function ReplyDialog({ notice: { id, legalName }, onDone, onClose }: ReplyDialogProps) {
  const w = useWords(words)
  const [reply, setReply] = useState('')
  return (
    <ActDialog
      title={w.reply}
      effect={<p>{w.replyEffect(legalName)}</p>}
      act={w.reply}
      sending={() => ({ path: `/v1/recipient-notices/${id}/reply`, body: { reply } })}
      refreshed={['/v1/recipient-notices']}
      onDone={onDone}
      onClose={onClose}
    >
      <div className="form__whole">
        <TextArea label={w.replyText} required maxLength={2000} value={reply} onValue={setReply} />
      </div>
    </ActDialog>
  )
}
