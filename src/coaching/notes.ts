import type { Actor } from '../access/actor.ts'
import { idToLookUp, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { requireCoach } from './coach.ts'
import { actOnItem, type ItemAddress, type ItemPorts, requireRunning } from './item-act.ts'
import { deleteNote, insertNote, listNotes, type NoteRow } from './item-queries.ts'
import { sampleOf } from './read-samples.ts'

export interface NewNote {
  readonly atSeconds: number
  readonly text: string
}

/** Notes of coaches about moments of a call. They say what they throw through `actOnItem`. */
export function makeNotes(ports: ItemPorts) {
  return {
    /** The coach's own, and those of the others once all have scored the item. */
    async list(actor: Actor, { sampleId, n }: ItemAddress): Promise<NoteRow[]> {
      requireCoach(actor, ports.clock.now())
      const sample = await sampleOf(ports.db, actor, sampleId)
      return listNotes(ports.db, { sampleId: sample.id, n, sub: actor.sub })
    },

    add: (actor: Actor, address: ItemAddress, { atSeconds, text }: NewNote): Promise<NoteRow> =>
      actOnItem(ports, actor, address, { type: 'training.note_added', action: 'C' }, async (turn) => {
        requireRunning(turn)
        const atMs = Math.round(atSeconds * SECOND)
        const note = { id: newId(), n: address.n, author: actor.sub, atMs, body: text, createdAt: turn.at }
        await insertNote(turn.tx, turn.sample.id, note)
        return { result: note, detail: { note: note.id } }
      }),

    /** Of others nobody removes anything. */
    remove: (actor: Actor, address: ItemAddress, noteId: string): Promise<void> =>
      actOnItem(ports, actor, address, { type: 'training.note_deleted', action: 'D' }, async (turn) => {
        const id = idToLookUp(noteId)
        const note = { sampleId: turn.sample.id, n: address.n, id, author: actor.sub }
        if (!(await deleteNote(turn.tx, note))) throw new Problem('not_found')
        return { result: undefined, detail: { note: id } }
      }),
  }
}

export type Notes = ReturnType<typeof makeNotes>
