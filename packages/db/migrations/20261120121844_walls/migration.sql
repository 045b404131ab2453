-- Policies hold for the owner too. System tables are seeded by the owner, so they are not forced.
do $$
declare t text;
begin
  for t in
    select c.relname from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not in ('instance', 'role_permission')
  loop
    execute format('alter table public.%I force row level security', t);
  end loop;
end $$;--> statement-breakpoint

-- References that do not cascade are checked at commit, so that an organization can go in one statement
-- whatever the order in which its tables are emptied.
do $$
declare key record;
begin
  for key in
    select conname, conrelid::regclass as holder from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype = 'a'
  loop
    execute format('alter table %s alter constraint %I deferrable initially deferred', key.holder, key.conname);
  end loop;
end $$;--> statement-breakpoint

revoke all on all tables in schema public from public;--> statement-breakpoint
grant usage on schema public to carrel_app, carrel_auth, carrel_gate;--> statement-breakpoint

grant select, insert, update, delete on "user", session, account, verification, organization, member, invitation, rate_limit to carrel_auth;--> statement-breakpoint
grant select, update on instance to carrel_auth;--> statement-breakpoint

grant select on organization, member, instance, role_permission to carrel_app;--> statement-breakpoint
grant select, insert, delete on root_assignment to carrel_app;--> statement-breakpoint
grant select, insert, delete on library to carrel_app;--> statement-breakpoint
grant select, insert on library_folder to carrel_app;--> statement-breakpoint
grant update (name, visibility, last_scanned_at, book_count, problem_count) on library to carrel_app;--> statement-breakpoint
grant select on library_access to carrel_app;--> statement-breakpoint
grant select, insert, delete on cover_task to carrel_app;--> statement-breakpoint
grant update (wanted_at) on cover_task to carrel_app;--> statement-breakpoint
grant select, insert, update, delete on scan, book, library_file, book_contributor, book_series, book_tag, book_identifier, reading_state to carrel_app;--> statement-breakpoint
grant select, insert, update on person, series, publisher, tag to carrel_app;--> statement-breakpoint

grant select on session, "user", organization, member, role_permission, library, library_access to carrel_gate;--> statement-breakpoint
grant update (active_organization_id) on session to carrel_gate;--> statement-breakpoint
grant insert on organization, member to carrel_gate;--> statement-breakpoint

create type app.actor as (
  user_id uuid, user_name text, user_email text, operator boolean,
  active_organization_id uuid, organization_id uuid, role text, permissions text[]
);--> statement-breakpoint

-- Empties the context of this transaction, so that nothing of an earlier entry stays.
create function app.leave() returns void language sql set search_path = pg_catalog, pg_temp as $$
  select set_config('app.user_id', '', true), set_config('app.operator', '', true),
    set_config('app.organization_id', '', true), set_config('app.permissions', '', true),
    set_config('app.libraries', '', true), set_config('app.job_library', '', true)
$$;--> statement-breakpoint

-- The door of a request. Reads session, ban, membership and permissions anew and sets them for this
-- transaction. kind 'user': the person alone. kind 'organization': the workspace named by id or slug; by
-- null: the session's active one. Null without a live session; organization_id is null without membership.
create function app.enter(token text, kind text, organization text) returns app.actor
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare actor app.actor;
begin
  perform app.leave();
  select u.id, u.name, u.email, 'admin' = any (string_to_array(u.role, ',')), s.active_organization_id
    into actor.user_id, actor.user_name, actor.user_email, actor.operator, actor.active_organization_id
    from session s join "user" u on u.id = s.user_id
    where s.token = enter.token and s.expires_at > now()
      and not (u.banned and (u.ban_expires is null or u.ban_expires > now()));
  if not found then return null; end if;
  perform set_config('app.user_id', actor.user_id::text, true),
    set_config('app.operator', case when actor.operator and kind = 'user' then 'on' else '' end, true);
  if kind <> 'organization' then return actor; end if;

  if organization is null then
    select m.organization_id, m.role into actor.organization_id, actor.role from member m
      where m.organization_id = actor.active_organization_id and m.user_id = actor.user_id;
  elsif organization ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then
    select m.organization_id, m.role into actor.organization_id, actor.role from member m
      where m.organization_id = organization::uuid and m.user_id = actor.user_id;
  else
    select m.organization_id, m.role into actor.organization_id, actor.role
      from organization o join member m on m.organization_id = o.id
      where o.slug = enter.organization and m.user_id = actor.user_id;
  end if;
  if actor.organization_id is null then return actor; end if;

  select array_agg(p.permission) into actor.permissions from role_permission p where p.role = actor.role;
  perform set_config('app.organization_id', actor.organization_id::text, true),
    set_config('app.permissions', coalesce(array_to_string(actor.permissions, ','), ''), true);
  perform set_config('app.libraries', coalesce((
      select string_agg(l.id::text, ',') from library l
      where l.organization_id = actor.organization_id and app.sees_library(l.organization_id, l.id, l.visibility)
    ), ''), true);
  return actor;
end $$;--> statement-breakpoint

-- The door of a job: its organization is that of the library it names, and it sees no other library.
create function app.enter_job(library uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare organization uuid;
begin
  perform app.leave();
  select l.organization_id into organization from library l where l.id = enter_job.library;
  if not found then return null; end if;
  perform set_config('app.organization_id', organization::text, true),
    set_config('app.libraries', library::text, true), set_config('app.job_library', library::text, true);
  return organization;
end $$;--> statement-breakpoint

-- A new workspace with the current user as its owner. True when it is the first of the instance; null, and
-- nothing made, when the slug is taken.
create function app.create_organization(id uuid, member_id uuid, name text, slug text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare first boolean;
begin
  if app.current_user_id() is null then raise exception 'no user' using errcode = '42501'; end if;
  perform pg_advisory_xact_lock(hashtext('app.create_organization'));
  first := not exists (select from organization);
  insert into organization (id, name, slug) values (create_organization.id, create_organization.name, create_organization.slug)
    on conflict on constraint organization_slug_key do nothing;
  if not found then return null; end if;
  insert into member (id, organization_id, user_id, role) values (member_id, create_organization.id, app.current_user_id(), 'owner');
  return first;
end $$;--> statement-breakpoint

-- Remembers the workspace to open first; only one the session's user belongs to.
create function app.remember_organization(token text, organization uuid) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update session s set active_organization_id = organization
  where s.token = remember_organization.token and s.user_id = app.current_user_id()
    and exists (select from member m where m.organization_id = organization and m.user_id = s.user_id)
$$;--> statement-breakpoint

revoke execute on all functions in schema app from public;--> statement-breakpoint
grant execute on all functions in schema app to carrel_app, carrel_gate;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.enter(text, text, text) owner to carrel_gate;--> statement-breakpoint
alter function app.enter_job(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.create_organization(uuid, uuid, text, text) owner to carrel_gate;--> statement-breakpoint
alter function app.remember_organization(text, uuid) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
