import { inBoth } from '../i18n/words.ts'

const METHODS_NL: Readonly<Record<string, string>> = {
  'version-delete+key-destroy':
    'Alle versies van de bestanden zijn gewist. Daarna is de sleutel vernietigd waarmee ze versleuteld waren. Zonder die sleutel is een achtergebleven kopie voor niemand meer te openen.',
  'version-delete': 'Alle vervangen versies van de bestanden zijn gewist.',
}
const METHODS_EN: Readonly<Record<string, string>> = {
  'version-delete+key-destroy':
    'All versions of the files were deleted. Then the key they were encrypted with was destroyed. Without that key nobody can open a copy that stayed behind.',
  'version-delete': 'All replaced versions of the files were deleted.',
}

/** Texts of the public page that explains and checks a certificate. */
export const words = inBoth(
  {
    title: 'Verklaring van vernietiging',
    heading: (no: string) => `Verklaring van vernietiging ${no}`,
    lead: 'Als een opname is vernietigd, blijft alleen een ondertekende verklaring over. Daarin staat niets over wie er belde of waarover. Hier kunt u zo’n verklaring lezen en zelf controleren.',
    find: {
      heading: 'Opzoeken met een nummer',
      label: 'Nummer van de verklaring',
      act: 'Opzoeken',
      problem: 'Vul een nummer in, bijvoorbeeld 12.',
    },
    file: {
      heading: 'Een bestand controleren',
      text: 'Hebt u een verklaring als bestand of als tekst? Uw browser controleert haar zelf; het bestand verlaat uw computer niet.',
      drop: 'Sleep het bestand hierheen, of kies het:',
      choose: 'Bestand met de verklaring',
      paste: 'Of plak de tekst',
      act: 'Controleren',
    },
    other: 'Een andere verklaring',
    save: 'Als bestand bewaren',
    missing: 'Er is geen verklaring met dit nummer.',
    missingHint: 'Controleer het nummer. Nummers beginnen bij 1 en worden zonder gaten gegeven.',
    checking: 'De handtekening wordt gecontroleerd …',
    keysFailed:
      'De openbare sleutels zijn niet te bereiken. Zonder die sleutels kan uw browser niets controleren.',
    verdicts: {
      genuine: [
        'Echt',
        'De handtekening klopt: deze verklaring is zo afgegeven en sindsdien niet veranderd.',
      ],
      forged: [
        'Niet echt',
        'De handtekening past niet bij deze tekst. De verklaring is veranderd of nagemaakt.',
      ],
      differs: [
        'Niet echt',
        'De handtekening hoort bij een andere tekst dan hier staat. Er is iets aan veranderd.',
      ],
      unknown_key: [
        'Niet van ons',
        'Deze verklaring is ondertekend met een sleutel die hier niet is gepubliceerd.',
      ],
      unreadable: ['Geen verklaring', 'Dit is geen verklaring van vernietiging, of er ontbreekt een deel.'],
      unsupported: [
        'Niet te controleren in deze browser',
        'Uw browser kan deze soort handtekening (Ed25519) niet controleren. Gebruik een recente browser, of het programma listenback verify-certificate.',
      ],
    },
    links: {
      first: 'Dit is de eerste verklaring in de reeks.',
      follows: 'Ze sluit aan op de verklaring ervoor: er is er geen weggelaten of tussengevoegd.',
      broken: 'Let op: ze sluit niet aan op de verklaring ervoor. De reeks is onderbroken.',
      unknown: 'Of ze aansluit op de verklaring ervoor, kon niet worden nagegaan.',
    },
    before: 'Vorige',
    after: 'Volgende',
    what: {
      heading: 'Wat is er vernietigd?',
      recording: 'Een opname van een telefoongesprek, met alles wat ervan was gemaakt.',
      version:
        'Eerdere versies van de opname van een telefoongesprek. Daarin was iets te horen dat niet bewaard mocht worden, zoals betaalgegevens; het is door stilte vervangen.',
      entity: 'Organisatie',
      reference: 'Kenmerk van de opname',
      files: (count: number) =>
        `${count} ${count === 1 ? 'bestand of versie' : 'bestanden en versies'} gewist`,
    },
    when: { heading: 'Wanneer?', text: 'De vernietiging was klaar op', lasted: 'Begonnen op' },
    ground: {
      heading: 'Op welke grond?',
      rules:
        'Geen enkel doel gold nog: de bewaartermijn was voorbij of het doel was eerder geëindigd. Ook hield niets de vernietiging tegen.',
      payment: 'Er waren betaalgegevens te horen. Die mogen nooit bewaard blijven.',
      caption: 'Waarvoor de opname werd bewaard',
      purpose: 'Doel',
      basis: 'Grondslag',
      from: 'Geteld vanaf',
      ended: 'Hooguit bewaard tot en met',
      rule: 'Regel',
      noEnd: 'geen einde',
      book: (version: number) => `Versie ${version} van de bewaarregels was van kracht.`,
      approvers: (count: number) => `${count} mensen hebben deze vernietiging vooraf bevestigd.`,
      noPurpose: 'Geen enkel doel.',
    },
    proof: {
      heading: 'Hoe is dat bewezen?',
      methods: METHODS_NL,
      listing:
        'Daarna is de opslag opnieuw uitgelezen: er was niets meer over. Pas toen is deze verklaring gemaakt en ondertekend.',
      store: 'De opslag heeft de bestanden volgens haar eigen regels gewist; ook dat is nagelezen.',
    },
    backups: {
      heading: 'En reservekopieën?',
      text: (day: string) =>
        `Uiterlijk tot en met ${day} kan een reservekopie nog versleutelde resten bevatten. Wordt zo’n kopie teruggezet, dan wordt de opname meteen opnieuw vernietigd.`,
    },
    technical: 'De hele verklaring, zoals ze is ondertekend',
    basis: {
      consent: 'toestemming',
      contract: 'uitvoering van de overeenkomst',
      legal_obligation: 'wettelijke plicht',
      legitimate_interests: 'gerechtvaardigd belang',
    } as Readonly<Record<string, string>>,
  },
  {
    title: 'Certificate of destruction',
    heading: (no: string) => `Certificate of destruction ${no}`,
    lead: 'When a recording has been destroyed, only a signed certificate remains. It says nothing about who called or what about. Here you can read such a certificate and check it yourself.',
    find: {
      heading: 'Look it up by number',
      label: 'Number of the certificate',
      act: 'Look up',
      problem: 'Fill in a number, for example 12.',
    },
    file: {
      heading: 'Check a file',
      text: 'Do you have a certificate as a file or as text? Your browser checks it itself; the file does not leave your computer.',
      drop: 'Drop the file here, or choose it:',
      choose: 'File with the certificate',
      paste: 'Or paste the text',
      act: 'Check',
    },
    other: 'Another certificate',
    save: 'Save as a file',
    missing: 'There is no certificate with this number.',
    missingHint: 'Check the number. Numbers begin at 1 and are given without gaps.',
    checking: 'Checking the signature …',
    keysFailed: 'The public keys cannot be reached. Without them your browser cannot check anything.',
    verdicts: {
      genuine: [
        'Genuine',
        'The signature fits: this certificate was issued like this and has not changed since.',
      ],
      forged: [
        'Not genuine',
        'The signature does not fit this text. The certificate was changed or made up.',
      ],
      differs: ['Not genuine', 'The signature belongs to another text than this one. Something was changed.'],
      unknown_key: ['Not ours', 'This certificate was signed with a key that is not published here.'],
      unreadable: ['No certificate', 'This is no certificate of destruction, or a part of it is missing.'],
      unsupported: [
        'Cannot be checked in this browser',
        'Your browser cannot check this kind of signature (Ed25519). Use a recent browser, or the program listenback verify-certificate.',
      ],
    },
    links: {
      first: 'This is the first certificate of the series.',
      follows: 'It follows the certificate before it: none was left out or put in between.',
      broken: 'Attention: it does not follow the certificate before it. The series is broken.',
      unknown: 'Whether it follows the certificate before it could not be found out.',
    },
    before: 'Previous',
    after: 'Next',
    what: {
      heading: 'What was destroyed?',
      recording: 'A recording of a telephone call, with everything that was made of it.',
      version:
        'Earlier versions of the recording of a telephone call. Something could be heard in them that must not be kept, such as payment data; silence has taken its place.',
      entity: 'Organisation',
      reference: 'Reference of the recording',
      files: (count: number) => `${count} ${count === 1 ? 'file or version' : 'files and versions'} deleted`,
    },
    when: { heading: 'When?', text: 'The destruction was complete on', lasted: 'Begun on' },
    ground: {
      heading: 'On what ground?',
      rules:
        'No purpose counted any more: its period was over, or it had ended before. Nothing held the destruction back either.',
      payment: 'Payment data could be heard. They must never be kept.',
      caption: 'What the recording was kept for',
      purpose: 'Purpose',
      basis: 'Legal basis',
      from: 'Counted from',
      ended: 'Kept at most until',
      rule: 'Rule',
      noEnd: 'no end',
      book: (version: number) => `Version ${version} of the retention rules was in force.`,
      approvers: (count: number) => `${count} people confirmed this destruction beforehand.`,
      noPurpose: 'No purpose at all.',
    },
    proof: {
      heading: 'How was that proven?',
      methods: METHODS_EN,
      listing:
        'After that the storage was read again: nothing was left. Only then was this certificate made and signed.',
      store: 'The storage deleted the files by its own rules; that was read again too.',
    },
    backups: {
      heading: 'And backups?',
      text: (day: string) =>
        `Until ${day} at the latest a backup may still hold encrypted remains. If such a backup is restored, the recording is destroyed again at once.`,
    },
    technical: 'The whole certificate, as it was signed',
    basis: {
      consent: 'consent',
      contract: 'performance of the contract',
      legal_obligation: 'legal obligation',
      legitimate_interests: 'legitimate interests',
    },
  },
)
