import type { MailWish } from '../api/contract.ts'
import { useGet, useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { loginUrl } from '../shell/session.ts'
import { CheckField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words } from './words.ts'

const PATH = '/v1/notice-preferences'

/** Whether mail says that there is a message. The address comes from the login, and only from there. */
export function MailChoice() {
  const wish = useGet<MailWish>(PATH)
  return (
    <section className="panel">
      <Loaded query={wish}>{(now) => <Choice now={now} />}</Loaded>
    </section>
  )
}

function Choice({ now }: { readonly now: MailWish }) {
  const { mail: w } = useWords(words)
  const saving = useSend<MailWish, { mail: boolean }>([PATH])
  const wanted = saving.isPending ? (saving.variables.body?.mail ?? now.mail) : now.mail
  return (
    <>
      <CheckField
        label={w.label}
        hint={w.hint}
        checked={wanted}
        onValue={(mail) => !saving.isPending && saving.mutate({ path: PATH, method: 'PUT', body: { mail } })}
      />
      {now.mail && now.addressKnown && <p>{w.known}</p>}
      {now.mail && !now.addressKnown && (
        <p>
          {w.unknown} <a href={loginUrl('/voorkeuren')}>{w.logIn}</a>
        </p>
      )}
      <ProblemNote error={saving.error} />
    </>
  )
}
