import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  /** Why what is filled in cannot be used. */
  readonly problem?: string | undefined
}

interface Wiring {
  readonly id: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: true
}

/** A label, its control, and what is to be said about both, tied together for who cannot see that. */
function Field({
  label,
  hint,
  problem,
  required = false,
  children,
}: FieldProps & {
  readonly required?: boolean | undefined
  readonly children: (wiring: Wiring) => ReactNode
}) {
  const w = useWords(words)
  const id = useId()
  const notes = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {!required && <span className="field__optional">({w.optional})</span>}
      </label>
      {hint && (
        <p className="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({
        id,
        ...(notes && { 'aria-describedby': notes }),
        ...(problem && ({ 'aria-invalid': true } as const)),
      })}
      {problem && (
        <p className="field__problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
}

type Input = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'onChange' | 'value'>

/** One line of text, a number or a date, depending on `type`. */
export function TextField({
  label,
  hint,
  problem,
  value,
  onValue,
  ...input
}: FieldProps & Input & { readonly value: string; readonly onValue: (value: string) => void }) {
  return (
    <Field label={label} hint={hint} problem={problem} required={input.required}>
      {(wiring) => (
        <input
          className="input"
          {...input}
          {...wiring}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      )}
    </Field>
  )
}

interface AreaProps extends FieldProps {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly required?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly rows?: number
}

export function TextArea({ label, hint, problem, value, onValue, rows = 3, ...area }: AreaProps) {
  return (
    <Field label={label} hint={hint} problem={problem} required={area.required}>
      {(wiring) => (
        <textarea
          className="input"
          rows={rows}
          {...area}
          {...wiring}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      )}
    </Field>
  )
}

type Select = Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id' | 'onChange' | 'value'>

export interface Choice {
  readonly value: string
  readonly label: string
}

export function SelectField({
  label,
  hint,
  problem,
  value,
  onValue,
  choices,
  ...select
}: FieldProps &
  Select & {
    readonly value: string
    readonly onValue: (value: string) => void
    readonly choices: readonly Choice[]
  }) {
  return (
    <Field label={label} hint={hint} problem={problem} required={select.required ?? true}>
      {(wiring) => (
        <select {...select} {...wiring} value={value} onChange={({ target }) => onValue(target.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** Something that is on or off. */
export function CheckField({
  label,
  hint,
  checked,
  onValue,
  disabled = false,
}: {
  readonly label: string
  readonly hint?: string
  readonly checked: boolean
  readonly onValue: (checked: boolean) => void
  readonly disabled?: boolean
}) {
  const id = useId()
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ target }) => onValue(target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
