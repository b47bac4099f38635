import { inBoth } from '../i18n/words.ts'

/** Texts of the page on which a member chooses for all their calls. */
export const words = inBoth(
  {
    title: 'Voorkeuren',
    lead: 'Hier kiest u voor al uw gesprekken tegelijk. Wat u kiest, geldt meteen.',
    training: 'Mijn gesprekken mogen worden gebruikt voor training en coaching',
    trainingHint:
      'Een coach hoort dan soms een gesprek van u, met vervormde stemmen. De coach ziet niet van wie het is.',
    trainingCalls: (n: number) =>
      n === 1
        ? 'Nu mag 1 gesprek van u voor training worden gebruikt.'
        : `Nu mogen ${n} gesprekken van u voor training worden gebruikt.`,
    onAgain: 'Zet u training weer aan, dan geldt dat alleen voor gesprekken die daarna komen.',
    statistics: 'Mijn gesprekken mogen meetellen in anonieme tellingen',
    statisticsHint:
      'Als een opname wordt verwijderd, tellen we haar mee per maand en onderwerp. Wie er belde, is daarin niet te zien.',
    mail: {
      label: 'Stuur mij een e-mail als er een bericht voor mij klaarstaat',
      hint: 'In de e-mail staat alleen dat er een bericht is, niet waarover. Zet u dit uit, dan wissen we uw adres hier meteen.',
      known: 'We gebruiken het e-mailadres van uw account.',
      unknown: 'We kennen uw e-mailadres pas als u opnieuw inlogt.',
      logIn: 'Nu opnieuw inloggen',
    },
    changed: (day: string) => `Laatst gewijzigd op ${day}.`,
    saved: 'Bewaard. Uw keuze geldt vanaf nu.',
    one: 'Wilt u het voor één gesprek anders? Maak dan op de pagina van dat gesprek bezwaar.',
    calls: 'Naar mijn gesprekken',
    confirm: {
      title: 'Training uitzetten',
      calls: (n: number) =>
        n === 1
          ? 'Vanaf nu gebruikt niemand uw gesprek nog voor training. Wie het op dit moment daarvoor beluistert, wordt onderbroken.'
          : `Vanaf nu gebruikt niemand uw ${n} gesprekken nog voor training. Wie er op dit moment daarvoor een beluistert, wordt onderbroken.`,
      onlyTraining: (n: number) =>
        n === 1
          ? 'Van 1 opname is training het enige doel. Die wordt daarom binnenkort definitief verwijderd. Wilt u haar houden? Download dan eerst een kopie.'
          : `Van ${n} opnamen is training het enige doel. Die worden daarom binnenkort definitief verwijderd. Wilt u ze houden? Download dan eerst kopieën.`,
      noUndo: 'Voor deze gesprekken kunt u dit niet terugdraaien.',
      yes: 'Ja, zet training uit',
      no: 'Nee, laat aan',
      sending: 'Bezig …',
    },
  },
  {
    title: 'Preferences',
    lead: 'Here you choose for all your calls at once. What you choose takes effect immediately.',
    training: 'My calls may be used for training and coaching',
    trainingHint:
      'A coach may then hear a call of yours, with altered voices. The coach does not see whose it is.',
    trainingCalls: (n: number) =>
      n === 1
        ? '1 call of yours may be used for training now.'
        : `${n} calls of yours may be used for training now.`,
    onAgain: 'If you switch training on again, that counts only for calls that come after it.',
    statistics: 'My calls may be part of anonymous counts',
    statisticsHint:
      'When a recording is removed, we count it by month and subject. Who called cannot be seen from that.',
    mail: {
      label: 'Send me an e-mail when there is a message for me',
      hint: 'The e-mail only says that there is a message, not what about. If you switch this off, we erase your address here at once.',
      known: 'We use the e-mail address of your account.',
      unknown: 'We know your e-mail address only once you log in again.',
      logIn: 'Log in again now',
    },
    changed: (day: string) => `Last changed on ${day}.`,
    saved: 'Saved. Your choice counts from now on.',
    one: 'Do you want something else for one call? Then object on the page of that call.',
    calls: 'To my calls',
    confirm: {
      title: 'Switch training off',
      calls: (n: number) =>
        n === 1
          ? 'From now on nobody uses your call for training. Whoever is listening to it for that at this moment is interrupted.'
          : `From now on nobody uses your ${n} calls for training. Whoever is listening to one of them for that at this moment is interrupted.`,
      onlyTraining: (n: number) =>
        n === 1
          ? 'Of 1 recording training is the only purpose. It will therefore soon be removed for good. Do you want to keep it? Then download a copy first.'
          : `Of ${n} recordings training is the only purpose. They will therefore soon be removed for good. Do you want to keep them? Then download copies first.`,
      noUndo: 'For these calls you cannot undo this.',
      yes: 'Yes, switch training off',
      no: 'No, leave it on',
      sending: 'Working …',
    },
  },
)
