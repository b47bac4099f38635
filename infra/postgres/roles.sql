-- Two roles for PostgreSQL: who owns the tables and migrates them, and who the service logs in as.
-- Run this as the owner, after `listenback migrate` and again after every upgrade:
--
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -f infra/postgres/roles.sql
--   psql "$OWNER_URL" -c "\password listenback_app"
--
-- The service then gets a DATABASE_URL with listenback_app, which adds to the audit log and changes nothing of it.
-- Where the service owns its tables (one role for everything, as in the demo), triggers refuse the same; an owner
-- could take those away, and then only `listenback verify-audit` tells.
do $$ begin
  if not exists (select from pg_roles where rolname = 'listenback_app') then
    create role listenback_app login;
  end if;
end $$;

-- The queue keeps a schema of its own, and makes its tables itself.
do $$ begin execute format('grant create on database %I to listenback_app', current_database()); end $$;
grant usage, create on schema public to listenback_app;
grant select, insert, update, delete on all tables in schema public to listenback_app;
grant usage, select, update on all sequences in schema public to listenback_app;
alter default privileges in schema public grant select, insert, update, delete on tables to listenback_app;
alter default privileges in schema public grant usage, select, update on sequences to listenback_app;

revoke update, delete, truncate on audit_event, audit_seal, audit_node, audit_segment from listenback_app;
-- The two lawful changes, each through a function that does nothing else: what it erases or drops stays proven.
revoke execute on function audit_erase(uuid[]), audit_drop(bigint) from public;
grant execute on function audit_erase(uuid[]), audit_drop(bigint) to listenback_app;
