import { inBoth } from '../i18n/words.ts'

/** Texts for whoever fetches what was given to them. */
export const words = inBoth(
  {
    title: 'Opnamen ophalen',
    lead: 'Er staan opnamen voor u klaar. U opent ze met de geheime code die u langs een andere weg hebt gekregen.',
    secret: 'Geheime code',
    secretHint: 'Na tien verkeerde codes gaat de levering dicht.',
    open: 'Openen',
    opening: 'Bezig …',
    refused:
      'Deze code opent hier niets. Misschien is zij verkeerd overgenomen, is haar tijd voorbij, hebt u alles al opgehaald, of is de verstrekking ingetrokken. Vraag het aan wie u het adres gaf.',
    away: 'De dienst is even niet te bereiken. Probeer het zo nog eens.',
    brokenOff:
      'Die opname kon niet worden opgehaald: zij is al opgehaald, te vaak geprobeerd, of mag niet meer worden gegeven. Open de levering opnieuw om te zien wat er nog staat.',
    list: 'Wat er voor u klaarstaat',
    once: 'U kunt elke opname één keer ophalen. Breekt het af, dan kan het opnieuw, ten hoogste vijf keer.',
    recording: 'Opname',
    fetch: 'Ophalen',
    fetchOf: (n: number) => `Opname ${n} ophalen`,
    action: 'Download',
    taken: 'Opgehaald',
    look: 'Kijk opnieuw wat er nog staat',
  },
  {
    title: 'Fetch recordings',
    lead: 'Recordings are ready for you. You open them with the secret that you were given another way.',
    secret: 'Secret',
    secretHint: 'After ten wrong secrets the delivery closes.',
    open: 'Open',
    opening: 'Working …',
    refused:
      'This secret opens nothing here. It may have been copied wrongly, its time may be over, you may have fetched everything, or the disclosure was revoked. Ask whoever gave you the address.',
    away: 'The service cannot be reached for a moment. Try again shortly.',
    brokenOff:
      'That recording could not be fetched: it was fetched already, tried too often, or may not be given any more. Open the delivery again to see what is still there.',
    list: 'What is ready for you',
    once: 'You can fetch each recording once. When it breaks off you can try again, five times at most.',
    recording: 'Recording',
    fetch: 'Fetch',
    fetchOf: (n: number) => `Fetch recording ${n}`,
    action: 'Download',
    taken: 'Fetched',
    look: 'Look again at what is still there',
  },
)
