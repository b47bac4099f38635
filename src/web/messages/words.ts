import { inBoth } from '../i18n/words.ts'

export const words = inBoth(
  {
    title: 'Berichten',
    lead: 'Wat Listenback u uit zichzelf vertelt. Berichten blijven twee jaar staan.',
    none: 'Er zijn geen berichten voor u.',
    unread: (n: number) => (n === 1 ? '1 ongelezen bericht' : `${n} ongelezen berichten`),
    allRead: 'U hebt alles gelezen.',
    new: 'Nieuw',
    read: 'Markeer als gelezen',
    readAll: 'Alles als gelezen markeren',
    markRead: (title: string) => `Markeer als gelezen: ${title}`,
    about: {
      recording: 'Naar het gesprek',
      privacy_request: 'Naar het verzoek',
      hold: 'Naar de blokkade',
    },
    older: 'Oudere berichten tonen',
    loading: 'Bezig …',
  },
  {
    title: 'Messages',
    lead: 'What Listenback tells you by itself. Messages stay for two years.',
    none: 'There are no messages for you.',
    unread: (n: number) => (n === 1 ? '1 unread message' : `${n} unread messages`),
    allRead: 'You have read everything.',
    new: 'New',
    read: 'Mark as read',
    readAll: 'Mark all as read',
    markRead: (title: string) => `Mark as read: ${title}`,
    about: {
      recording: 'To the call',
      privacy_request: 'To the request',
      hold: 'To the hold',
    },
    older: 'Show older messages',
    loading: 'Working …',
  },
)
