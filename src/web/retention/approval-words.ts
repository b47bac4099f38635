import { inBoth } from '../i18n/words.ts'

const count = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`

/** Texts of what waits for a second person. */
export const words = inBoth(
  {
    title: 'Goedkeuringen',
    lead: 'Wat op een tweede persoon wacht: wie het vraagt, en wat het zou doen. Wie iets voorstelt, keurt het niet zelf goed.',
    mine: count('zaak wacht op u', 'zaken wachten op u'),
    mineSoFar: (n: number) =>
      `Van wat hier nu staat ${n === 1 ? 'wacht 1 zaak' : `wachten ${n} zaken`} op u; de lijst gaat verder.`,
    none: 'Er wacht niets op u.',
    bulk: 'Veel tegelijk vernietigen',
    bulkText: (due: number, entity: string) =>
      `Het opruimen is gestopt omdat ${due} opnamen van ${entity} tegelijk voorbij zijn. Twee verschillende mensen moeten zeggen dat het klopt.`,
    askedBy: (day: string) => `Gevraagd door de dienst op ${day}`,
    expires: (day: string) => `Vervalt op ${day}; daarna vraagt het opruimen het opnieuw.`,
    given: (n: number) => `${n} van 2 goedkeuringen gegeven`,
    approve: 'Goedkeuren',
    ownGiven:
      'U hebt dit al goedgekeurd. Nu moet iemand anders het doen: twee keer dezelfde persoon telt niet.',
    sure: 'Vernietiging goedkeuren?',
    sureText: (due: number) =>
      `Als twee mensen dit hebben goedgekeurd, gaan ${due} opnamen uit gebruik en worden ze na de wachttijd vernietigd. Kijk eerst of de regels en de aantallen kloppen.`,
    yes: 'Ja, goedkeuren',
    review: 'Einde van een opname bevestigen',
    reviews: 'Eerst bekijken, dan vernietigen',
    reviewsText:
      'Voor deze opnamen vraagt de regel dat mensen nog eens kijken. Zwijgen vernietigt ze na de wachttijd; wie er een wil houden, plaatst een blokkade.',
    reviewLine: (day: string) => `Wordt vernietigd na ${day}, ook zonder bevestiging.`,
    quarantined: (day: string) => `Uit gebruik sinds ${day}`,
    rule: 'Regel',
    confirm: 'Einde bevestigen',
    confirmations: (n: number) => `${n} van 2 bevestigingen`,
    ownConfirmed: 'U hebt dit al bevestigd. Een tweede bevestiging moet van iemand anders komen.',
    confirmSure: 'Einde bevestigen?',
    confirmSureText:
      'Na twee bevestigingen wacht de vernietiging niet langer op de wachttijd. Dit kan niet worden teruggedraaid.',
    draft: 'Nieuwe bewaartermijnen',
    draftText: (version: number, day: string) => `Versie ${version}, te gelden vanaf ${day}.`,
    draftBy: (who: string) => `Voorgesteld door ${who}`,
    draftOwn: 'U hebt dit zelf voorgesteld. Iemand anders moet het goedkeuren; u kunt het wel intrekken.',
    look: 'Bekijken en beslissen',
    lookOwn: 'Bekijken',
    waiting: 'Wacht op iemand anders',
    done: 'Onlangs beslist of vervallen',
    states: { open: 'open', approved: 'goedgekeurd', used: 'uitgevoerd', expired: 'vervallen' },
    usedOf: (used: number, due: number) => `${used} van ${due} uit gebruik`,
  },
  {
    title: 'Approvals',
    lead: 'What waits for a second person: who asks, and what it would do. Whoever proposes something does not approve it.',
    mine: count('matter waits for you', 'matters wait for you'),
    mineSoFar: (n: number) =>
      `Of what is shown so far ${n === 1 ? '1 matter waits' : `${n} matters wait`} for you; the list goes on.`,
    none: 'Nothing waits for you.',
    bulk: 'Destroying many at once',
    bulkText: (due: number, entity: string) =>
      `The sweep stopped because ${due} recordings of ${entity} are over at once. Two different people have to say that this is right.`,
    askedBy: (day: string) => `Asked by the service on ${day}`,
    expires: (day: string) => `Expires on ${day}; after that the sweep asks again.`,
    given: (n: number) => `${n} of 2 approvals given`,
    approve: 'Approve',
    ownGiven:
      'You have approved this already. Now somebody else has to: the same person twice does not count.',
    sure: 'Approve the destruction?',
    sureText: (due: number) =>
      `When two people have approved this, ${due} recordings go out of use and are destroyed after the grace. First check that the rules and the numbers are right.`,
    yes: 'Yes, approve',
    review: 'Confirm the end of a recording',
    reviews: 'Looked at before they are destroyed',
    reviewsText:
      'For these recordings the rule asks people to look once more. Silence destroys them after the grace; whoever wants to keep one places a hold.',
    reviewLine: (day: string) => `Destroyed after ${day}, also without a confirmation.`,
    quarantined: (day: string) => `Out of use since ${day}`,
    rule: 'Rule',
    confirm: 'Confirm the end',
    confirmations: (n: number) => `${n} of 2 confirmations`,
    ownConfirmed: 'You have confirmed this already. A second confirmation has to come from somebody else.',
    confirmSure: 'Confirm the end?',
    confirmSureText:
      'After two confirmations the destruction no longer waits for the grace. This cannot be undone.',
    draft: 'New retention rules',
    draftText: (version: number, day: string) => `Version ${version}, to hold from ${day}.`,
    draftBy: (who: string) => `Proposed by ${who}`,
    draftOwn: 'You proposed this yourself. Somebody else has to approve it; you can withdraw it.',
    look: 'Look and decide',
    lookOwn: 'Look',
    waiting: 'Waits for somebody else',
    done: 'Recently decided or expired',
    states: { open: 'open', approved: 'approved', used: 'carried out', expired: 'expired' },
    usedOf: (used: number, due: number) => `${used} of ${due} out of use`,
  },
)
