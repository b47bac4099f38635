import { inBoth } from '../i18n/words.ts'

const count = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`

/** Texts of the member's pages that stand beside the list and the player. */
export const words = inBoth(
  {
    search: {
      label: 'Zoeken',
      hint: 'Bijvoorbeeld: auto maart',
      found: count('gesprek gevonden', 'gesprekken gevonden'),
      none: 'Geen van de getoonde gesprekken past bij uw zoekwoorden.',
      older: 'Er zijn oudere gesprekken die hier nog niet staan.',
      olderToo: 'Zoek ook in oudere gesprekken',
      busy: 'Oudere gesprekken laden …',
      clear: 'Zoekwoorden wissen',
    },
    workToo: {
      title: 'Lid en medewerker',
      heading: 'U bent hier lid en medewerker',
      text: 'Met deze inlog doet u uw werk. Uw eigen gesprekken houden we daar buiten: die vindt u met de inlog die u als lid hebt.',
      roles: 'Uw rollen:',
      work: 'Dit hoort bij uw werk:',
      hint: 'Hebt u geen aparte inlog als lid? Vraag ernaar bij wie uw account beheert.',
    },
    removedSoon: 'Wordt binnenkort verwijderd',
    notKept: 'Niets bewaart deze opname nog',
    notKeptText:
      'Geen enkel doel geldt nog. Daarom wordt de opname binnenkort definitief verwijderd, met alle kopieën die we ervan hebben. Tot die tijd kunt u luisteren en een kopie downloaden.',
    origin: { summary: 'Hoe komen we aan deze datum?', changes: 'Wat kan dit veranderen?' },
    heard: {
      heading: 'Wie heeft geluisterd?',
      intro:
        'Iedere keer dat een medewerker dit gesprek beluistert, komt dat hier te staan: per dag één regel. Namen tonen we niet vanzelf.',
      empty: 'Nog geen medewerker heeft dit gesprek beluisterd.',
      caption: 'Door medewerkers beluisterd',
      when: 'Wanneer',
      who: 'Wie',
      why: 'Waarvoor',
      what: 'Wat',
      unknown: 'niet opgegeven',
      emergency: 'in een noodgeval',
      copied: 'kopie gemaakt',
      disclosed: 'aan deze organisatie verstrekt',
      listened: 'geluisterd',
      self: 'uzelf',
      system: 'automatisch',
      part: (heard: string, of: string) => `${heard} beluisterd, van ${of}`,
      own: count(
        'keer luisterde u zelf of haalde u een kopie',
        'keer luisterde u zelf of haalde u een kopie',
      ),
      automatic: count(
        'keer werkte het systeem zelf aan het geluid',
        'keer werkte het systeem zelf aan het geluid',
      ),
      tasks: {
        prepared: 'automatisch klaargemaakt om af te spelen; niemand luisterde',
        silenced: 'automatisch delen weggehaald die niet bewaard mogen worden; niemand luisterde',
      },
      ask: 'Vraag wie dit was',
      askOf: (day: string) => `Vraag wie dit was op ${day}`,
      askTitle: 'Vragen wie heeft geluisterd',
      askEffect:
        'Twee functionarissen wegen uw belang af tegen dat van de medewerker. Meestal blijft de naam verborgen. Het antwoord komt hier te staan, en u krijgt er bericht van. U kunt dit per regel één keer vragen.',
      askReason: 'Waarom wilt u dit weten?',
      askAct: 'Vraag stellen',
      asked: {
        open: () => 'U hebt gevraagd wie dit was. Het antwoord komt hier te staan.',
        refused: () => 'U hebt gevraagd wie dit was. De naam wordt niet getoond.',
        revealed: (name: string) => `Dit was ${name}.`,
      },
    },
    rights: {
      heading: 'Wat u kunt doen',
      training: 'Bezwaar maken tegen training',
      trainingText:
        'U kunt weigeren dat we dit gesprek gebruiken om medewerkers op te leiden. U hoeft geen reden te geven en het geldt meteen.',
      trainingAct: 'Bezwaar maken',
      trainingDone: 'U hebt bezwaar gemaakt. Niemand gebruikt dit gesprek nog voor training.',
      forAll: 'Voor al uw gesprekken tegelijk',
      ask: 'Aanvragen',
      items: {
        correction: [
          'Corrigeren',
          'Klopt er iets niet in wat we bij dit gesprek hebben vastgelegd? Vraag ons het te verbeteren.',
        ],
        erasure: ['Verwijderen', 'Vraag ons deze opname eerder te verwijderen. We beoordelen dat per doel.'],
        restriction: ['Beperken', 'Vraag ons de opname wel te bewaren, maar voorlopig niet te gebruiken.'],
        objection: [
          'Bezwaar tegen een ander doel',
          'Laat ons weten waarom een ander doel in uw situatie niet opweegt tegen uw belang.',
        ],
        portability: [
          'Meenemen',
          'Vraag ons de opname met haar gegevens in een vorm die een andere organisatie kan inlezen.',
        ],
      },
      byLaw: 'Wat we volgens de wet moeten bewaren, kunnen we niet eerder verwijderen.',
    },
    confirm: {
      title: 'Bezwaar tegen training',
      effect:
        'Vanaf nu gebruikt niemand dit gesprek nog voor training. Wie het op dit moment voor training beluistert, wordt onderbroken. De bewerkte versie voor training en aantekeningen erbij verdwijnen.',
      onlyPurpose:
        'Training is het enige doel waarvoor we deze opname bewaren. Na uw bezwaar wordt zij daarom binnenkort definitief verwijderd. Wilt u haar houden? Download dan eerst een kopie.',
      stays: 'De opname zelf blijft bestaan, omdat er nog een ander doel is.',
      noUndo: 'U kunt dit niet terugdraaien.',
      yes: 'Ja, ik maak bezwaar',
      no: 'Nee, laat zo',
      sending: 'Bezig …',
    },
  },
  {
    search: {
      label: 'Search',
      hint: 'For example: car march',
      found: count('call found', 'calls found'),
      none: 'None of the calls shown fits your words.',
      older: 'There are older calls that are not shown here yet.',
      olderToo: 'Search older calls too',
      busy: 'Loading older calls …',
      clear: 'Clear your words',
    },
    workToo: {
      title: 'Member and employee',
      heading: 'You are a member and an employee here',
      text: 'With this login you do your work. We keep your own calls apart from it: you find them with the login that you have as a member.',
      roles: 'Your roles:',
      work: 'This belongs to your work:',
      hint: 'Do you have no login of your own as a member? Ask whoever manages your account.',
    },
    removedSoon: 'Will soon be removed',
    notKept: 'Nothing keeps this recording any more',
    notKeptText:
      'No purpose counts any more. The recording will therefore soon be removed for good, with all copies we have of it. Until then you can listen and download a copy.',
    origin: { summary: 'How do we get to this date?', changes: 'What could change it?' },
    heard: {
      heading: 'Who listened?',
      intro:
        'Every time a member of staff listens to this call, it is shown here: one line a day. We do not show names by default.',
      empty: 'No member of staff has listened to this call yet.',
      caption: 'Heard by staff',
      when: 'When',
      who: 'Who',
      why: 'What for',
      what: 'What',
      unknown: 'not stated',
      emergency: 'in an emergency',
      copied: 'made a copy',
      disclosed: 'given to this organisation',
      listened: 'listened',
      self: 'yourself',
      system: 'automatic',
      part: (heard: string, of: string) => `heard ${heard}, of ${of}`,
      own: count('time you listened or took a copy yourself', 'times you listened or took a copy yourself'),
      automatic: count(
        'time the system itself worked on the sound',
        'times the system itself worked on the sound',
      ),
      tasks: {
        prepared: 'made playable automatically; nobody listened',
        silenced: 'parts taken out automatically that may not be kept; nobody listened',
      },
      ask: 'Ask who this was',
      askOf: (day: string) => `Ask who this was on ${day}`,
      askTitle: 'Ask who listened',
      askEffect:
        'Two officers weigh your interest against that of the member of staff. Mostly the name stays hidden. The answer appears here, and you get a message about it. You can ask this once for each line.',
      askReason: 'Why do you want to know?',
      askAct: 'Ask',
      asked: {
        open: () => 'You asked who this was. The answer appears here.',
        refused: () => 'You asked who this was. The name is not shown.',
        revealed: (name: string) => `This was ${name}.`,
      },
    },
    rights: {
      heading: 'What you can do',
      training: 'Object to training',
      trainingText:
        'You can refuse that we use this call to train our staff. You need not give a reason, and it takes effect at once.',
      trainingAct: 'Object',
      trainingDone: 'You have objected. Nobody uses this call for training any more.',
      forAll: 'For all your calls at once',
      ask: 'Ask for this',
      items: {
        correction: [
          'Correct',
          'Is something wrong in what we recorded about this call? Ask us to correct it.',
        ],
        erasure: ['Erase', 'Ask us to erase this recording sooner. We assess that for each purpose.'],
        restriction: ['Restrict', 'Ask us to keep the recording but not to use it for now.'],
        objection: [
          'Object to another purpose',
          'Tell us why in your situation another purpose does not outweigh your interests.',
        ],
        portability: [
          'Take it with you',
          'Ask us for the recording and its data in a form that another organisation can read.',
        ],
      },
      byLaw: 'What the law demands that we keep, we cannot erase sooner.',
    },
    confirm: {
      title: 'Object to training',
      effect:
        'From now on nobody uses this call for training. Whoever is listening to it for training at this moment is interrupted. The edited version for training, and notes about it, disappear.',
      onlyPurpose:
        'Training is the only purpose for which we keep this recording. After your objection it will therefore soon be removed for good. Do you want to keep it? Then download a copy first.',
      stays: 'The recording itself stays, because there is another purpose.',
      noUndo: 'You cannot undo this.',
      yes: 'Yes, I object',
      no: 'No, leave it',
      sending: 'Working …',
    },
  },
)
