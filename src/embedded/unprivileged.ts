import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** An ordinary user of this machine. */
export interface OsUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** How to start a program as that user: a command line and the identity for spawn. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly identity: { readonly uid: number; readonly gid: number } | Record<string, never>
}

const PREFERRED_USERS = ['postgres', 'nobody']

/**
 * The user PostgreSQL is to run as: null when we are an ordinary user ourselves (it then runs as us).
 * PostgreSQL refuses to run as root, so root picks an existing unprivileged user; none is ever created.
 */
export async function unprivilegedUser(): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''))
  const chosen = PREFERRED_USERS.map((name) => users.find((user) => user.name === name)).find(Boolean)
  if (chosen) return chosen
  throw new Error(
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody" here: ' +
      'start Listenback as an ordinary user, or set DATABASE_URL',
  )
}

export function parsePasswd(text: string): OsUser[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.name !== '' && user.uid > 0 && user.gid > 0)
}

/**
 * Command line that runs `command` as `user` (as ourselves when null). Where that user cannot enter one of the
 * directories (root's own home is 0700), setpriv of util-linux gives the program the one capability that opens
 * them: the files stay where the operator wants them and their modes stay as they are.
 */
export async function launchAs(
  user: OsUser | null,
  command: string,
  args: readonly string[],
  directories: readonly string[],
): Promise<Launch> {
  if (!user) return { command, args, identity: {} }
  if (await canEnterAll(user, directories))
    return { command, args, identity: { uid: user.uid, gid: user.gid } }
  const setpriv = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ]
  return { command: 'setpriv', args: [...setpriv, '--', command, ...args], identity: {} }
}

async function canEnterAll(user: OsUser, directories: readonly string[]): Promise<boolean> {
  const all = new Set(directories.flatMap(withAncestors))
  const answers = await Promise.all([...all].map((directory) => canEnter(user, directory)))
  return answers.every(Boolean)
}

function withAncestors(directory: string): string[] {
  const path = resolve(directory)
  const parent = dirname(path)
  return parent === path ? [path] : [...withAncestors(parent), path]
}

/** POSIX: the first class that matches decides; supplementary groups are dropped at launch. */
async function canEnter(user: OsUser, directory: string): Promise<boolean> {
  const { uid, gid, mode } = await stat(directory)
  if (uid === user.uid) return (mode & 0o100) !== 0
  if (gid === user.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}
