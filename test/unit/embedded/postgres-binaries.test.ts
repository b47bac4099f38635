import { describe, expect, it } from 'vitest'
import { chooseBinaries, type PostgresBinaries } from '../../../src/embedded/postgres-binaries.ts'
import { parsePasswd } from '../../../src/embedded/unprivileged.ts'

const installed = (major: number, source: PostgresBinaries['source']): PostgresBinaries => ({
  source,
  major,
  binDir: `/opt/${major}/bin`,
  libraryDirs: [],
})
const SYSTEM_17 = installed(17, 'system')
const SYSTEM_15 = installed(15, 'system')
const NPM_18 = installed(18, 'npm')

describe('which PostgreSQL runs', () => {
  it('makes a new database with the first candidate, the system before the npm package', () => {
    expect(chooseBinaries([SYSTEM_17, SYSTEM_15, NPM_18], null)).toBe(SYSTEM_17)
    expect(chooseBinaries([NPM_18], null)).toBe(NPM_18)
  })

  it('runs an existing database with the version that made it', () => {
    expect(chooseBinaries([SYSTEM_17, SYSTEM_15, NPM_18], 15)).toBe(SYSTEM_15)
    expect(chooseBinaries([SYSTEM_17, SYSTEM_15, NPM_18], 18)).toBe(NPM_18)
  })

  it('refuses with what to do when nothing fits', () => {
    expect(() => chooseBinaries([SYSTEM_17, NPM_18], 16)).toThrow(
      'the database in DATA_DIR was made by PostgreSQL 16, found here: 17 (system), 18 (npm); install PostgreSQL 16',
    )
    expect(() => chooseBinaries([], null)).toThrow(
      /run "npm install" with optional dependencies.*DATABASE_URL/,
    )
  })
})

it('never offers root or a broken line of the password file as the user to run as', () => {
  const text =
    'root:x:0:0:root:/root:/bin/bash\nbroken\n\nnobody:x:65534:65534::/:/bin/false\nzero:x:5:0::/:\n'
  expect(parsePasswd(text)).toEqual([{ name: 'nobody', uid: 65534, gid: 65534 }])
})
