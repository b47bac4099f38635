/** What accounts for itself: volumes of what is sensitive, lines of an investigation that are withheld, names asked for. */
export const sql = `
create index recording_sensitive on recording (entity, sensitivity)
  where sensitivity <> '{}' and status not in ('receiving', 'destroyed');
`
