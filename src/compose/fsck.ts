import { type Fsck, makeFsck } from '../recordings/fsck.ts'
import { makeRecoverIngests } from '../recordings/recover-ingests.ts'
import type { Foundation } from './foundation.ts'
import { composePurge } from './sweep.ts'

/** The comparison of rows, objects and keys; its repairs use the same recovery and deletion as the service. */
export const composeFsck = (foundation: Foundation): Fsck =>
  makeFsck({
    ...foundation,
    purge: composePurge(foundation),
    recoverIngests: makeRecoverIngests({ ...foundation, inFlight: new Set() }),
  })
