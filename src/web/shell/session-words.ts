import { inBoth } from '../i18n/words.ts'

const MINUTE = 60_000

/** Texts about the end of a session, and about logging in once more. */
export const words = inBoth(
  {
    warning: 'U wordt bijna uitgelogd',
    idle: 'U hebt een tijdje niets gedaan. Voor uw veiligheid loggen we u uit over',
    limit: 'U bent al bijna acht uur ingelogd. Voor uw veiligheid loggen we u uit over',
    unsent: 'Wat u hebt ingevuld en nog niet hebt verstuurd, gaat dan verloren.',
    stay: 'Ingelogd blijven',
    again: 'Opnieuw inloggen',
    againText: 'Log opnieuw in om hier verder te gaan. Verstuur eerst wat u hebt ingevuld.',
    out: 'Uitloggen',
    left: (ms: number) => (ms < MINUTE ? `Nog ${ms / 1000} seconden.` : minutesNl(ms / MINUTE)),
    stayFailed: 'Dit is niet gelukt. Controleer uw verbinding en probeer het nog eens.',
    confirm: 'Bevestig dat u het bent',
    confirmText:
      'Wat u wilt doen, kan niet worden teruggedraaid. Daarom vragen we u om nog een keer in te loggen. Daarna komt u op deze pagina terug en kunt u het tien minuten lang doen.',
    confirmUnsent: 'Wat u op deze pagina hebt ingevuld, blijft niet staan.',
    confirmLogIn: 'Inloggen en terugkomen',
    cancel: 'Annuleren',
  },
  {
    warning: 'You are about to be logged out',
    idle: 'You have not done anything for a while. For your safety we log you out in',
    limit: 'You have been logged in for almost eight hours. For your safety we log you out in',
    unsent: 'What you have filled in and not sent yet will be lost.',
    stay: 'Stay logged in',
    again: 'Log in again',
    againText: 'Log in again to go on here. Send what you have filled in first.',
    out: 'Log out',
    left: (ms: number) => (ms < MINUTE ? `${ms / 1000} seconds left.` : minutesEn(ms / MINUTE)),
    stayFailed: 'This did not work. Check your connection and try again.',
    confirm: 'Confirm that it is you',
    confirmText:
      'What you are about to do cannot be taken back. That is why we ask you to log in once more. You will come back to this page and can do it for ten minutes.',
    confirmUnsent: 'What you have filled in on this page will not be kept.',
    confirmLogIn: 'Log in and come back',
    cancel: 'Cancel',
  },
)

const minutesNl = (minutes: number): string => (minutes === 1 ? 'Nog 1 minuut.' : `Nog ${minutes} minuten.`)
const minutesEn = (minutes: number): string => (minutes === 1 ? '1 minute left.' : `${minutes} minutes left.`)
