revoke all on instance_event from public;--> statement-breakpoint
grant select, insert on instance_event to carrel_app;--> statement-breakpoint
grant update (sign_up) on instance to carrel_app;--> statement-breakpoint
grant update (file_bytes) on library to carrel_app;--> statement-breakpoint
grant insert on instance_event to carrel_gate;--> statement-breakpoint
grant delete on "user" to carrel_gate;--> statement-breakpoint
grant update (role, banned, ban_reason, ban_expires, updated_at) on "user" to carrel_gate;--> statement-breakpoint
grant insert, delete on session to carrel_gate;--> statement-breakpoint
grant select (user_id, provider_id), update (password, updated_at) on account to carrel_gate;--> statement-breakpoint
grant select (identifier, value), insert, delete on verification to carrel_gate;--> statement-breakpoint
grant update (suspended_at, suspension_reason, deleted_by_operator) on organization to carrel_gate;--> statement-breakpoint
grant usage on schema drizzle to carrel_gate;--> statement-breakpoint
grant select on drizzle.__drizzle_migrations to carrel_gate;--> statement-breakpoint
create policy user_gone on "user" for delete to carrel_gate using (true);--> statement-breakpoint
create policy session_support on session for insert to carrel_gate with check (impersonated_by is not null);--> statement-breakpoint
create policy session_ended on session for delete to carrel_gate using (true);--> statement-breakpoint
create policy account_password on account for update to carrel_gate using (true) with check (true);--> statement-breakpoint
create policy verification_password on verification for insert to carrel_gate with check (true);--> statement-breakpoint
create policy verification_gone on verification for delete to carrel_gate using (true);--> statement-breakpoint

-- Sizes of what was scanned before. The owner sees rows only while policies are not forced.
alter table library no force row level security;--> statement-breakpoint
alter table library_file no force row level security;--> statement-breakpoint
update library l set file_bytes = coalesce((
  select sum(f.size) from library_file f
  where f.organization_id = l.organization_id and f.library_id = l.id and f.book_id is not null
), 0);--> statement-breakpoint
alter table library force row level security;--> statement-breakpoint
alter table library_file force row level security;--> statement-breakpoint

-- Parts of names and addresses are found by trigrams. Where the server has no such extension the search walks the table, which
-- takes 60 ms for 100,000 users.
do $$ begin
  create extension if not exists pg_trgm with schema public;
  create index user_search on "user" using gin (lower(name) gin_trgm_ops, email gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then null;
end $$;--> statement-breakpoint

-- Whoever acts in somebody's place does so no longer than was said at first, whatever renews sessions.
create function app.keep_support_short() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.expires_at := least(new.expires_at, old.expires_at);
  new.impersonated_by := old.impersonated_by;
  return new;
end $$;--> statement-breakpoint
create trigger session_support_short before update on session for each row
  when (old.impersonated_by is not null) execute function app.keep_support_short();--> statement-breakpoint

-- A new UUIDv7, for rows that only the database knows how many they are.
create function app.new_id() returns uuid language sql volatile set search_path = pg_catalog, pg_temp as $$
  select encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
  ), 52, 1), 53, 1), 'hex')::uuid
$$;--> statement-breakpoint

create function app.is_banned(banned boolean, until timestamptz) returns boolean language sql stable parallel safe as
$$ select banned and (until is null or until > now()) $$;--> statement-breakpoint

-- True for the role of an operator; Better Auth keeps a list.
create function app.runs_instance(role text) returns boolean language sql immutable parallel safe as
$$ select 'admin' = any (string_to_array(role, ',')) $$;--> statement-breakpoint

create function app.require_operator() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not app.is_operator() then raise exception 'not the operator' using errcode = '42501'; end if;
end $$;--> statement-breakpoint

-- The door of a program that the operator runs on the server: what they may do, as nobody. In a workspace, named by id or
-- address, it may do what its owner may.
create function app.enter_console(organization text, out organization_id uuid, out permissions text[])
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.leave();
  perform set_config('app.operator', 'on', true);
  if organization is null then return; end if;
  select o.id into organization_id from organization o
    where o.deleted_at is null and (o.id::text = lower(organization) or o.slug = organization
      or exists (select from organization_slug s where s.slug = organization and s.organization_id = o.id));
  if organization_id is null then return; end if;
  select array_agg(p.permission) into permissions from role_permission p where p.role = 'owner';
  perform set_config('app.organization_id', organization_id::text, true),
    set_config('app.permissions', coalesce(array_to_string(permissions, ','), ''), true);
end $$;--> statement-breakpoint

create type app.instance_user as (
  id uuid, name text, email text, email_verified boolean, created_at timestamptz, operator boolean,
  banned boolean, ban_reason text, ban_until timestamptz, workspaces int, last_seen_at timestamptz, key text
);--> statement-breakpoint

-- Users by name, for the operator: a page of those that fit, or the one of this id or address. Planned anew each time, since
-- what serves a search differs from what serves a page.
create function app.instance_users(wanted text, state text, after_key text, after_id uuid, how_many int, person uuid, address text)
returns setof app.instance_user
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  return query execute 'select u.id, u.name, u.email, u.email_verified, u.created_at, app.runs_instance(u.role),
      app.is_banned(u.banned, u.ban_expires), u.ban_reason, u.ban_expires,
      (select count(*)::int from member m where m.user_id = u.id),
      (select max(s.updated_at) from session s where s.user_id = u.id and s.expires_at > now() and s.impersonated_by is null),
      u.key
    from ('
    -- Three letters and more are found first and put in order then; fewer fit so many that the order finds them.
    || case when length(wanted) > 4
        then 'with found as materialized (select * from "user" where lower(name) like $1 or email like $1)
          select *, lower(name) collate "C" as key from found where true'
        else 'select *, lower(name) collate "C" as key from "user" where true' end
    || case when person is not null then ' and id = $6' else '' end
    || case when address is not null then ' and email = $7' else '' end
    || case when length(wanted) <= 4 then ' and (lower(name) like $1 or email like $1)' else '' end
    || case state when 'banned' then ' and banned and app.is_banned(banned, ban_expires)'
        when 'operators' then ' and role <> ''user'' and app.runs_instance(role)' else '' end
    || case when after_id is not null then ' and (lower(name) collate "C", id) > ($3, $4)' else '' end
    || ' order by lower(name) collate "C", id limit $5) u order by u.key, u.id'
    using wanted, state, after_key, after_id, how_many, person, address;
end $$;--> statement-breakpoint

-- Workspaces of somebody by name, with what they are there.
create function app.instance_workspaces(person uuid)
returns table (organization_id uuid, name text, slug text, role text, only_owner boolean, state text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  return query select o.id, o.name, o.slug, m.role,
      exists (select from member_role r where r.organization_id = o.id and r.user_id = person and r.builtin = 'owner')
        and not exists (select from member_role r where r.organization_id = o.id and r.user_id <> person and r.builtin = 'owner'),
      case when o.deleted_at is not null then 'deleted' when o.suspended_at is not null then 'suspended' else 'open' end
    from member m join organization o on o.id = m.organization_id
    where m.user_id = person order by lower(o.name) collate "C", o.id;
end $$;--> statement-breakpoint

-- Live sessions of somebody, the one used last, and whether they have a password.
create function app.instance_sessions(
  person uuid, out live int, out started_at timestamptz, out used_at timestamptz, out address text, out user_agent text, out has_password boolean
)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  select count(*) into live from session s where s.user_id = person and s.expires_at > now();
  select s.created_at, s.updated_at, s.ip_address, s.user_agent into started_at, used_at, address, user_agent
    from session s where s.user_id = person and s.expires_at > now() and s.impersonated_by is null
    order by s.updated_at desc, s.id desc limit 1;
  has_password := exists (select from account a where a.user_id = person and a.provider_id = 'credential');
end $$;--> statement-breakpoint

-- A new account, without a password where the hash is null. False when the address belongs to somebody.
create function app.create_user(person uuid, account uuid, person_name text, address text, password_hash text, operator boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  insert into "user" (id, name, email, role) values (person, person_name, address, case when operator then 'admin' else 'user' end)
    on conflict on constraint user_email_key do nothing;
  if not found then return false; end if;
  if password_hash is not null then
    insert into account (id, account_id, provider_id, user_id, password)
      values (create_user.account, person::text, 'credential', person, password_hash);
  end if;
  return true;
end $$;--> statement-breakpoint

-- Ends the sessions of somebody, and those in which they act in others' places.
create function app.end_sessions(person uuid) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare ended int;
begin
  perform app.require_operator();
  delete from session s where s.user_id = person;
  get diagnostics ended = row_count;
  delete from session s where s.impersonated_by = person;
  return ended;
end $$;--> statement-breakpoint

-- True when this server would have an operator without this person. Of two who go at once, the second waits for the first.
create function app.has_other_operator(person uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('app.has_other_operator'));
  return exists (
    select from "user" u where u.role <> 'user' and app.runs_instance(u.role) and not app.is_banned(u.banned, u.ban_expires) and u.id <> person
  );
end $$;--> statement-breakpoint

create function app.ban_user(person uuid, reason text, until timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare operates boolean;
begin
  perform app.require_operator();
  if person = app.current_user_id() then return 'yourself'; end if;
  select app.runs_instance(u.role) into operates from "user" u where u.id = person for update;
  if not found then return 'unknown'; end if;
  if operates and not app.has_other_operator(person) then return 'last-operator'; end if;
  update "user" u set banned = true, ban_reason = reason, ban_expires = until, updated_at = now() where u.id = person;
  perform app.end_sessions(person);
  return 'done';
end $$;--> statement-breakpoint

create function app.unban_user(person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  update "user" u set banned = false, ban_reason = null, ban_expires = null, updated_at = now() where u.id = person;
  return case when found then 'done' else 'unknown' end;
end $$;--> statement-breakpoint

-- Makes somebody an operator, or takes that from them; nobody acts in their place from then on, nor they in others'.
create function app.set_operator(person uuid, operator boolean) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare banned boolean;
begin
  perform app.require_operator();
  select app.is_banned(u.banned, u.ban_expires) into banned from "user" u where u.id = person for update;
  if not found then return 'unknown'; end if;
  if operator and banned then return 'banned'; end if;
  if not operator and not app.has_other_operator(person) then return 'last-operator'; end if;
  update "user" u set role = case when operator then 'admin' else 'user' end, updated_at = now() where u.id = person;
  delete from session s where s.impersonated_by = person or (s.user_id = person and s.impersonated_by is not null);
  return 'done';
end $$;--> statement-breakpoint

-- Sets a password and ends the sessions.
create function app.set_password(person uuid, account uuid, password_hash text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  update account a set password = password_hash, updated_at = now() where a.user_id = person and a.provider_id = 'credential';
  if not found then
    insert into account (id, account_id, provider_id, user_id, password)
      values (set_password.account, person::text, 'credential', person, password_hash);
  end if;
  perform app.end_sessions(person);
end $$;--> statement-breakpoint

-- Keeps what opens Better Auth's door to a new password.
create function app.password_token(person uuid, token uuid, identifier text, expires_at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  insert into verification (id, identifier, value, expires_at)
    values (token, password_token.identifier, person::text, password_token.expires_at);
end $$;--> statement-breakpoint

-- Writes into the log of a workspace what the operator of the server did to it.
create function app.tell_workspace(organization uuid, event uuid, did text, kind text, target uuid, target_name text, was jsonb, became jsonb)
returns void language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into audit_event (organization_id, id, actor_id, actor_name, action, target_type, target_id, target_name, before, after)
    values (organization, event, null, 'The operator', kind || '.' || did, kind, target::text, tell_workspace.target_name, was, became)
$$;--> statement-breakpoint

-- Not the only owner of a workspace, who hands it over first.
create function app.delete_user(person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare person_name text; operates boolean;
begin
  perform app.require_operator();
  if person = app.current_user_id() then return 'yourself'; end if;
  select u.name, app.runs_instance(u.role) into person_name, operates from "user" u where u.id = person for update;
  if not found then return 'unknown'; end if;
  if operates and not app.has_other_operator(person) then return 'last-operator'; end if;
  if exists (select from app.instance_workspaces(person) w where w.only_owner) then return 'last-owner'; end if;
  perform app.tell_workspace(m.organization_id, app.new_id(), 'deleted', 'member', person, person_name,
    jsonb_build_object('name', person_name, 'roles', jsonb_build_array(m.role)), null) from member m where m.user_id = person;
  perform app.end_sessions(person);
  delete from verification v where v.value = person::text;
  delete from "user" u where u.id = person;
  return 'done';
end $$;--> statement-breakpoint

-- Opens a session in which the operator acts in somebody's place, told in each of their workspaces and in the instance's log.
create function app.impersonate(
  person uuid, session uuid, token text, reason text, until timestamptz, address text, agent text, event uuid
) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare target "user"; operator uuid := app.current_user_id();
begin
  perform app.require_operator();
  if operator is null or until > now() + interval '60 minutes 5 seconds' then raise exception 'not allowed' using errcode = '42501'; end if;
  if person = operator then return 'yourself'; end if;
  select * into target from "user" u where u.id = person for share;
  if not found then return 'unknown'; end if;
  if app.runs_instance(target.role) then return 'operator'; end if;
  if app.is_banned(target.banned, target.ban_expires) then return 'banned'; end if;
  insert into session (id, token, user_id, expires_at, ip_address, user_agent, impersonated_by)
    values (impersonate.session, impersonate.token, person, until, address, agent, operator);
  perform app.tell_workspace(m.organization_id, app.new_id(), 'created', 'support', person, target.name, null,
    jsonb_build_object('reason', reason, 'until', until)) from member m where m.user_id = person;
  insert into instance_event (id, actor_id, actor_name, address, action, target_type, target_id, target_name, reason, after)
    select event, u.id, u.name, impersonate.address, 'impersonation.started', 'impersonation', person::text, target.name, impersonate.reason,
      jsonb_build_object('until', until)
    from "user" u where u.id = operator;
  return 'done';
end $$;--> statement-breakpoint

-- Ends the current user's session in which an operator acts in their place. True when the other token is a live session of that
-- operator; null when there is no such session.
create function app.stop_impersonating(session uuid, own_token text, address text, event uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare support session; person_name text;
begin
  delete from session s where s.id = stop_impersonating.session and s.user_id = app.current_user_id() and s.impersonated_by is not null
    returning * into support;
  if not found then return null; end if;
  select u.name into person_name from "user" u where u.id = support.user_id;
  perform app.tell_workspace(m.organization_id, app.new_id(), 'deleted', 'support', support.user_id, person_name,
    jsonb_build_object('until', support.expires_at), null) from member m where m.user_id = support.user_id;
  insert into instance_event (id, actor_id, actor_name, address, action, target_type, target_id, target_name)
    select event, support.impersonated_by, coalesce(u.name, ''), stop_impersonating.address, 'impersonation.ended', 'impersonation',
      support.user_id::text, person_name
    from (select 1) one left join "user" u on u.id = support.impersonated_by;
  return exists (
    select from session s join "user" u on u.id = s.user_id
    where s.token = own_token and s.user_id = support.impersonated_by and s.expires_at > now() and s.impersonated_by is null
      and not app.is_banned(u.banned, u.ban_expires)
  );
end $$;--> statement-breakpoint

-- Workspaces by name, for the operator: who owns them and how large they are. By default those that are not deleted.
create function app.instance_organizations(wanted text, state text, after_key text, after_id uuid, how_many int)
returns table (
  id uuid, name text, slug text, created_at timestamptz, suspended_at timestamptz, suspension_reason text,
  deleted_at timestamptz, deleted_by_operator boolean, owners jsonb, members int, libraries int, books int, bytes bigint, key text
)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  return query execute 'select o.id, o.name, o.slug, o.created_at, o.suspended_at, o.suspension_reason, o.deleted_at, o.deleted_by_operator,
      coalesce((
        select jsonb_agg(jsonb_build_object(''userId'', u.id, ''name'', u.name, ''email'', u.email) order by lower(u.name) collate "C", u.id)
        from member_role r join "user" u on u.id = r.user_id where r.organization_id = o.id and r.builtin = ''owner''
      ), ''[]''::jsonb),
      (select count(*)::int from member m where m.organization_id = o.id),
      l.libraries, l.books, l.bytes, o.key
    from (select *, lower(name) collate "C" as key from organization where true'
    || case state when 'deleted' then ' and deleted_at is not null'
        when 'suspended' then ' and deleted_at is null and suspended_at is not null'
        when 'open' then ' and deleted_at is null and suspended_at is null' else ' and deleted_at is null' end
    || case when wanted is not null then ' and (lower(name) like $1 or slug like $1)' else '' end
    || case when after_id is not null then ' and (lower(name) collate "C", id) > ($2, $3)' else '' end
    || ' order by lower(name) collate "C", id limit $4) o
    cross join lateral (
      select count(*)::int as libraries, coalesce(sum(l.book_count), 0)::int as books, coalesce(sum(l.file_bytes), 0)::bigint as bytes
      from library l where l.organization_id = o.id
    ) l order by o.key, o.id'
    using wanted, after_key, after_id, how_many;
end $$;--> statement-breakpoint

-- Closes a workspace to its members, or a deleted one not at all. No row: there is none such.
create function app.suspend_organization(organization uuid, event uuid, reason text, out name text, out slug text, out changed boolean)
returns setof record language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  update organization o set suspended_at = now(), suspension_reason = reason
    where o.id = organization and o.suspended_at is null;
  changed := found;
  if changed then
    perform app.tell_workspace(o.id, event, 'created', 'suspension', o.id, o.name, null, jsonb_build_object('reason', reason))
      from organization o where o.id = organization;
  end if;
  return query select o.name, o.slug, changed from organization o where o.id = organization;
end $$;--> statement-breakpoint

create function app.resume_organization(organization uuid, event uuid, out name text, out slug text, out changed boolean)
returns setof record language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare reason text;
begin
  perform app.require_operator();
  select o.suspension_reason into reason from organization o where o.id = organization for update;
  update organization o set suspended_at = null, suspension_reason = null where o.id = organization and o.suspended_at is not null;
  changed := found;
  if changed then
    perform app.tell_workspace(o.id, event, 'deleted', 'suspension', o.id, o.name, jsonb_build_object('reason', reason), null)
      from organization o where o.id = organization;
  end if;
  return query select o.name, o.slug, changed from organization o where o.id = organization;
end $$;--> statement-breakpoint

-- Deletes a workspace so that its owners cannot open it again; the operator can for seven days.
create function app.remove_organization(organization uuid, event uuid, out name text, out slug text, out changed boolean)
returns setof record language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  update organization o set deleted_at = now(), deleted_by_operator = true
    where o.id = organization and (o.deleted_at is null or not o.deleted_by_operator);
  changed := found;
  if changed then
    perform app.tell_workspace(o.id, event, 'deleted', 'organization', o.id, o.name, jsonb_build_object('name', o.name, 'slug', o.slug, 'language', o.language), null)
      from organization o where o.id = organization;
  end if;
  return query select o.name, o.slug, changed from organization o where o.id = organization;
end $$;--> statement-breakpoint

create function app.recover_organization(organization uuid, event uuid, out name text, out slug text, out changed boolean)
returns setof record language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  update organization o set deleted_at = null, deleted_by_operator = false
    where o.id = organization and o.deleted_at > now() - interval '7 days';
  changed := found;
  if changed then
    perform app.tell_workspace(o.id, event, 'restored', 'organization', o.id, o.name, null, jsonb_build_object('name', o.name, 'slug', o.slug, 'language', o.language))
      from organization o where o.id = organization;
  end if;
  return query select o.name, o.slug, changed from organization o where o.id = organization;
end $$;--> statement-breakpoint

-- Numbers of the whole server.
create function app.instance_figures() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  return jsonb_build_object(
    'users', (select count(*) from "user"),
    'banned', (select count(*) from "user" u where u.banned and app.is_banned(u.banned, u.ban_expires)),
    'operators', (select count(*) from "user" u where u.role <> 'user' and app.runs_instance(u.role)),
    'organizations', (select count(*) from organization o where o.deleted_at is null),
    'mailsWaiting', (select count(*) from mail m where m.state = 'queued'),
    'mailsFailed', (select count(*) from mail m where m.state = 'failed'),
    'databaseVersion', current_setting('server_version'),
    'databaseBytes', pg_database_size(current_database()),
    'connections', (select count(*) from pg_stat_activity a where a.datname = current_database()),
    'maxConnections', current_setting('max_connections')::int,
    'migrations', (select count(*) from drizzle.__drizzle_migrations),
    'lastMigration', (select m.name from drizzle.__drizzle_migrations m order by m.created_at desc limit 1)
  );
end $$;--> statement-breakpoint

-- Somebody becomes a member of the workspace in which the command line is. False when they were one.
create function app.import_member(membership uuid, person uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_operator();
  if app.current_user_id() is not null or app.current_organization() is null then raise exception 'not allowed' using errcode = '42501'; end if;
  insert into member (id, organization_id, user_id, role) values (membership, app.current_organization(), person, 'guest')
    on conflict (organization_id, user_id) do nothing;
  return found;
end $$;--> statement-breakpoint

do $$
declare f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'app'::regnamespace and proowner = current_user::regrole
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_app, carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
revoke execute on function app.has_other_operator(uuid), app.tell_workspace(uuid, uuid, text, text, uuid, text, jsonb, jsonb) from carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
do $$
declare f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'app'::regnamespace and proowner = current_user::regrole and prosecdef
  loop
    execute format('alter function %s owner to carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint

-- As before; not what the operator deleted.
create or replace function app.restore_organization(organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update organization o set deleted_at = null
    where o.id = restore_organization.organization and o.deleted_at > now() - interval '7 days' and not o.deleted_by_operator
      and exists (select from member_role r
        where r.organization_id = o.id and r.user_id = app.current_user_id() and r.builtin = 'owner');
  return found;
end $$;--> statement-breakpoint

reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
