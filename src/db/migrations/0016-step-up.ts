/** When a person last proved who they are, and logins that are there to prove it once more. */
export const sql = `
alter table web_session add column authenticated_at timestamptz;
comment on column web_session.authenticated_at is 'when the person last logged in at the identity provider, as it says; null when it does not say';

alter table login_attempt add column session_id_hash bytea;
comment on column login_attempt.session_id_hash is 'the session whose person is asked to log in once more; null for an ordinary login';
`
