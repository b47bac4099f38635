import { type SubmitEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Me } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { ApiProblem } from '../api/request.ts'
import { useSend } from '../api/use-api.ts'
import { PRODUCTS, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { Sample } from './contract.ts'
import { SAMPLES } from './use-coaching.ts'
import { words } from './words.ts'

const BLANK = {
  entity: '',
  team: '',
  agentRef: '',
  product: '',
  from: '',
  to: '',
  size: '5',
  coaches: '',
  seed: '',
}
type Wish = typeof BLANK

/** What the API is asked for: nothing that was left empty. */
function requestOf({ coaches, size, ...rest }: Wish) {
  const others = coaches
    .split(',')
    .map((coach) => coach.trim())
    .filter(Boolean)
  const filled = Object.entries(rest).filter(([, value]) => value.trim() !== '')
  return {
    ...Object.fromEntries(filled.map(([field, value]) => [field, value.trim()])),
    size: Number(size),
    ...(others.length > 0 && { coaches: others }),
  }
}

/** Asks for calls by lot, and goes to the sample. */
export function DrawForm() {
  const me = useMe().data
  return me ? <Form me={me} /> : null
}

function Form({ me }: { readonly me: Me }) {
  const { draw: w } = useWords(words)
  const navigate = useNavigate()
  const [wish, setWish] = useState<Wish>({ ...BLANK, entity: me.entities[0] ?? '' })
  const drawing = useSend<Sample>([SAMPLES])
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (drawing.isPending) return
    drawing.mutate(
      { path: SAMPLES, body: requestOf(wish) },
      { onSuccess: ({ id }) => void navigate(`/coaching/${id}`) },
    )
  }
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      {me.team !== null && <p>{w.ownTeam(me.team)}</p>}
      <form className="form" onSubmit={onSubmit}>
        <Fields
          me={me}
          wish={wish}
          problems={problemsOf(drawing.error)}
          onWish={(change) => setWish({ ...wish, ...change })}
        />
        <div className="form__whole">
          <ProblemNote error={drawing.error} />
        </div>
        <div className="form__acts">
          <button className="button button--main" type="submit" aria-disabled={drawing.isPending}>
            {drawing.isPending ? w.busy : w.submit}
          </button>
        </div>
      </form>
    </section>
  )
}

/** What the service says of single fields. */
function problemsOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ApiProblem)) return {}
  return Object.fromEntries(error.errors.map(({ field, message }) => [field, message]))
}

interface FieldsProps {
  readonly me: Me
  readonly wish: Wish
  readonly problems: Readonly<Record<string, string>>
  readonly onWish: (change: Partial<Wish>) => void
}

function Fields({ me, wish, problems, onWish }: FieldsProps) {
  const { draw: w } = useWords(words)
  const name = useNames()
  const field = (key: keyof Wish) => ({
    value: wish[key],
    problem: problems[key],
    onValue: (value: string) => onWish({ [key]: value }),
  })
  return (
    <>
      {me.entities.length > 1 && (
        <SelectField
          label={w.entity}
          choices={me.entities.map((value) => ({ value, label: name('entity', value) }))}
          {...field('entity')}
        />
      )}
      {me.team === null && <TextField label={w.team} hint={w.teamHint} maxLength={100} {...field('team')} />}
      <SelectField
        label={w.product}
        choices={[
          { value: '', label: w.anyProduct },
          ...PRODUCTS.map((value) => ({ value, label: name('product', value) })),
        ]}
        {...field('product')}
      />
      <TextField
        label={w.size}
        hint={w.sizeHint}
        type="number"
        min={1}
        max={50}
        required
        {...field('size')}
      />
      <TextField label={w.from} hint={w.periodHint} type="date" {...field('from')} />
      <TextField label={w.to} hint={w.toHint} type="date" {...field('to')} />
      <details className="form__whole">
        <summary>{w.more}</summary>
        <div className="form">
          <TextField label={w.agent} hint={w.agentHint} maxLength={100} {...field('agentRef')} />
          <TextField label={w.coaches} hint={w.coachesHint} maxLength={2000} {...field('coaches')} />
          <TextField label={w.seed} hint={w.seedHint} maxLength={100} {...field('seed')} />
        </div>
      </details>
    </>
  )
}
