import { type DragEvent, type SyntheticEvent, useId, useState } from 'react'
import { useNavigate } from 'react-router'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { Explained } from './explained.tsx'
import { useOutcome, useSigningKeys } from './use-checked.ts'
import { Verdict } from './verdict.tsx'
import { words } from './words.ts'

/** Larger than any certificate is; a recording that is dropped here by mistake is not read. */
const MOST_BYTES = 256 * 1024

/** Where anybody looks up a certificate, or has their browser check one that they have. */
export function Component() {
  const w = useWords(words)
  return (
    <div className="page-parts">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <ByNumber />
      <FromFile />
    </div>
  )
}

function ByNumber() {
  const { find: w } = useWords(words)
  const [no, setNo] = useState('')
  const [isWrong, setWrong] = useState(false)
  const navigate = useNavigate()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const wanted = no.trim()
    if (/^[1-9]\d{0,14}$/.test(wanted)) void navigate(`/certificaat/${wanted}`)
    else setWrong(true)
  }
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <form className="form" onSubmit={submit} noValidate>
        <TextField
          label={w.label}
          value={no}
          onValue={(value) => {
            setNo(value)
            setWrong(false)
          }}
          problem={isWrong ? w.problem : undefined}
          inputMode="numeric"
          autoComplete="off"
          required
        />
        <div className="form__acts">
          <button className="button button--main" type="submit">
            {w.act}
          </button>
        </div>
      </form>
    </section>
  )
}

function FromFile() {
  const { file: w } = useWords(words)
  const id = useId()
  const [pasted, setPasted] = useState('')
  const [text, setText] = useState<string | null>(null)
  const read = async (file: File | undefined) => {
    if (file) setText(file.size > MOST_BYTES ? '' : await file.text())
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void read(event.dataTransfer.files[0])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the file chooser inside.
    <section className="panel" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <div className="field drop">
        <label htmlFor={id}>{w.choose}</label>
        <p className="field__hint">{w.drop}</p>
        <input
          id={id}
          type="file"
          accept=".json,.jws,.txt,application/json,text/plain"
          onChange={({ target }) => void read(target.files?.[0])}
        />
      </div>
      <TextArea label={w.paste} value={pasted} onValue={setPasted} rows={4} />
      <p className="acts">
        <button
          className="button button--main"
          type="button"
          aria-disabled={pasted.trim() === ''}
          onClick={() => pasted.trim() !== '' && setText(pasted)}
        >
          {w.act}
        </button>
      </p>
      {text !== null && <Submitted text={text} />}
    </section>
  )
}

/** What is shown is what was signed, never what stands beside the signature. */
function Submitted({ text }: { readonly text: string }) {
  const keys = useSigningKeys()
  const { data } = useOutcome(text, keys.data?.keys)
  return (
    <>
      <Verdict text={text} />
      {data?.checked.verdict === 'genuine' && <Explained certificate={data.checked.certificate} />}
    </>
  )
}
