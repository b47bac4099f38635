import { type SubmitEvent, useRef, useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { type Sound, usePlayer } from '../player/use-player.ts'
import { usePage } from '../shell/context.ts'
import { TextArea } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { Note } from './contract.ts'
import type { ItemProps } from './item-page.tsx'
import { words } from './item-words.ts'
import { itemPath, useItemAct, useNotes } from './use-coaching.ts'

const MOST_CHARACTERS = 2000

interface NotesProps extends ItemProps {
  readonly sound: Sound | null
}

/** Notes about moments of the call: each takes the player to its moment. */
export function NotesSection({ sample, item, sound }: NotesProps) {
  const { notes: w } = useWords(words)
  const notes = useNotes(sample.id, item.n)
  const [news, setNews] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  return (
    <section className="section">
      <h2 ref={heading} tabIndex={-1}>
        {w.heading}
      </h2>
      <p>{w.intro}</p>
      <Loaded query={notes}>
        {({ items }) => (
          <NoteList
            sample={sample}
            item={item}
            sound={sound}
            notes={items}
            onDeleted={() => {
              setNews(w.deleted)
              heading.current?.focus()
            }}
          />
        )}
      </Loaded>
      {sample.coaches.length > 1 && item.state === 'open' && <p className="note">{w.others}</p>}
      {sound && !item.released && !sample.ended && (
        <NewNote sample={sample} item={item} sound={sound} onNews={setNews} />
      )}
      <p role="status" className="news">
        {news}
      </p>
    </section>
  )
}

interface ListProps extends NotesProps {
  readonly notes: readonly Note[]
  readonly onDeleted: () => void
}

function NoteList({ sample, item, sound, notes, onDeleted }: ListProps) {
  const { notes: w } = useWords(words)
  // Here and not beside its button, which is gone by the time that the note is.
  const deleting = useItemAct(sample.id)
  const remove = ({ id }: Note) => {
    const path = `${itemPath(sample.id, item.n)}/notes/${id}`
    if (!deleting.isPending) deleting.mutate({ path, method: 'DELETE' }, { onSuccess: onDeleted })
  }
  if (notes.length === 0) return <p className="empty">{w.none}</p>
  return (
    <>
      <ProblemNote error={deleting.error} />
      <ul className="notes">
        {notes.map((note) => (
          <li key={note.id} className="coach-note">
            <p className="coach-note__text">{note.text}</p>
            <p className="acts">
              {sound && <Jump sound={sound} note={note} />}
              <span className="coach-note__by">{note.own ? w.yours : w.by(note.author)}</span>
              {note.own && !item.released && (
                <button
                  type="button"
                  className="button button--quiet"
                  aria-label={w.deleteOf(clockTime(note.atSeconds))}
                  aria-disabled={deleting.isPending}
                  onClick={() => remove(note)}
                >
                  {w.delete}
                </button>
              )}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Goes to the moment of the note and lets the sound run from there. */
function Jump({ sound, note: { atSeconds } }: { readonly sound: Sound; readonly note: Note }) {
  const { notes: w } = useWords(words)
  const { player } = usePage()
  return (
    <button
      type="button"
      className="button button--quiet"
      onClick={() => {
        player.seek(sound.id, atSeconds, sound.durationSeconds)
        void player.play(sound.id, sound.intent)
      }}
    >
      {w.jump(clockTime(atSeconds))}
    </button>
  )
}

interface NewNoteProps extends ItemProps {
  readonly sound: Sound
  readonly onNews: (news: string) => void
}

/** The moment is that of the player when the coach begins to write, because the call may go on. */
function NewNote({ sample, item, sound, onNews }: NewNoteProps) {
  const { notes: w } = useWords(words)
  const { positionSeconds } = usePlayer(sound)
  const [text, setText] = useState('')
  const [begunAt, setBegunAt] = useState<number | null>(null)
  const saving = useItemAct(sample.id)
  const atSeconds = begunAt ?? positionSeconds
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (saving.isPending) return
    const body = { atSeconds, text }
    saving.mutate(
      { path: `${itemPath(sample.id, item.n)}/notes`, body },
      {
        onSuccess: () => {
          setText('')
          setBegunAt(null)
          onNews(w.added)
        },
      },
    )
  }
  return (
    <form className="form new-note" onSubmit={onSubmit}>
      <div className="form__whole">
        <TextArea
          label={`${w.text} – ${w.at(clockTime(atSeconds)).toLocaleLowerCase()}`}
          value={text}
          required
          maxLength={MOST_CHARACTERS}
          onValue={(value) => {
            setText(value)
            setBegunAt(value === '' ? null : (begunAt ?? positionSeconds))
          }}
        />
      </div>
      <ProblemNote error={saving.error} />
      <div className="form__acts">
        <button className="button button--main" type="submit" aria-disabled={saving.isPending}>
          {w.add}
        </button>
        <button
          className="button"
          type="button"
          onClick={() => setBegunAt(text === '' ? null : positionSeconds)}
        >
          {w.take}
        </button>
      </div>
    </form>
  )
}
