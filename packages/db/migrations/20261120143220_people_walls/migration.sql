-- Policies hold for the owner too, but for the system table, which the server seeds.
do $$
declare t text;
begin
  foreach t in array array['audit_event', 'custom_role', 'custom_role_permission', 'library_grant', 'member_role', 'team', 'team_member']
  loop
    execute format('alter table public.%I force row level security', t);
  end loop;
end $$;--> statement-breakpoint

revoke all on all tables in schema public from public;--> statement-breakpoint
grant select (id, name, email, email_verified, image, created_at, banned) on "user" to carrel_app;--> statement-breakpoint
grant delete on member to carrel_app;--> statement-breakpoint
grant select, insert, delete on custom_role, custom_role_permission, member_role, team, team_member, library_grant to carrel_app;--> statement-breakpoint
grant update (name, name_key, description) on custom_role to carrel_app;--> statement-breakpoint
grant update (name, name_key) on team to carrel_app;--> statement-breakpoint
grant update (level) on library_grant to carrel_app;--> statement-breakpoint
grant select, insert on audit_event to carrel_app;--> statement-breakpoint
grant select on level_permission to carrel_app;--> statement-breakpoint
grant select on level_permission, custom_role, custom_role_permission, member_role, team, team_member, library_grant to carrel_gate;--> statement-breakpoint
grant insert on member_role, library_access, audit_event to carrel_gate;--> statement-breakpoint
grant delete on library_access to carrel_gate;--> statement-breakpoint
grant update (role) on member to carrel_gate;--> statement-breakpoint

-- Members made before there were several roles keep the one they have. The owner sees rows only while policies are not forced.
alter table member no force row level security;--> statement-breakpoint
alter table member_role no force row level security;--> statement-breakpoint
insert into member_role (organization_id, user_id, builtin)
  select organization_id, user_id, case when role in ('owner', 'admin', 'librarian', 'member') then role else 'guest' end from member;--> statement-breakpoint
alter table member force row level security;--> statement-breakpoint
alter table member_role force row level security;--> statement-breakpoint

alter table member_role add constraint member_role_builtin
  check (builtin in ('owner', 'admin', 'librarian', 'member', 'guest'));--> statement-breakpoint
alter table library_grant add constraint library_grant_level
  check (level in ('viewer', 'contributor', 'editor', 'manager'));--> statement-breakpoint

-- Better Auth's column tells the highest built-in role of a member.
create function app.mirror_role() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare changed record := coalesce(new, old);
begin
  update member m set role = coalesce((
      select r.builtin from member_role r
      where r.organization_id = changed.organization_id and r.user_id = changed.user_id and r.builtin is not null
      order by array_position(array['owner', 'admin', 'librarian', 'member', 'guest'], r.builtin) limit 1
    ), 'guest')
    where m.organization_id = changed.organization_id and m.user_id = changed.user_id;
  return null;
end $$;--> statement-breakpoint
create trigger member_role_mirror after insert or delete on member_role for each row execute function app.mirror_role();--> statement-breakpoint

-- A workspace keeps an owner, also when two of them go at the same moment.
create function app.keep_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('app.keep_owner ' || old.organization_id, 0));
  if exists (select from organization o where o.id = old.organization_id)
    and not exists (select from member_role r where r.organization_id = old.organization_id and r.builtin = 'owner')
  then
    raise exception 'a workspace needs an owner' using errcode = '23514', constraint = 'last_owner';
  end if;
  return null;
end $$;--> statement-breakpoint
create trigger member_role_keep_owner after delete on member_role for each row
  when (old.builtin = 'owner') execute function app.keep_owner();--> statement-breakpoint

-- Works out anew what these people have of these libraries: the highest of their own and their teams' grants.
create function app.refresh_access(organization uuid, libraries uuid[], people uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('app.refresh_access ' || organization, 0));
  delete from library_access a
    where a.organization_id = organization and a.library_id = any (libraries) and a.user_id = any (people);
  insert into library_access (organization_id, user_id, library_id, level)
    select organization, g.person, g.library_id,
      (array['viewer', 'contributor', 'editor', 'manager'])[max(array_position(array['viewer', 'contributor', 'editor', 'manager'], g.level))]
    from (
      select user_id as person, library_id, level from library_grant
        where organization_id = organization and library_id = any (libraries) and user_id = any (people)
      union all
      select t.user_id, l.library_id, l.level from library_grant l
        join team_member t on t.organization_id = l.organization_id and t.team_id = l.team_id
        where l.organization_id = organization and l.library_id = any (libraries) and t.user_id = any (people)
    ) g
    -- What is being deleted in this very statement gives nothing any more.
    where exists (select from member m where m.organization_id = organization and m.user_id = g.person)
      and exists (select from library l where l.organization_id = organization and l.id = g.library_id)
    group by g.person, g.library_id;
end $$;--> statement-breakpoint

create function app.follow_grant() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare grant_row record := coalesce(new, old);
begin
  perform app.refresh_access(grant_row.organization_id, array[grant_row.library_id], case
    when grant_row.user_id is not null then array[grant_row.user_id]
    -- A team that is deleted has lost its members before this runs: then whoever has the library is asked about.
    else array(
      select user_id from team_member where organization_id = grant_row.organization_id and team_id = grant_row.team_id
      union
      select user_id from library_access
        where tg_op = 'DELETE' and organization_id = grant_row.organization_id and library_id = grant_row.library_id
    )
  end);
  return null;
end $$;--> statement-breakpoint
create trigger library_grant_follow after insert or update or delete on library_grant for each row execute function app.follow_grant();--> statement-breakpoint

create function app.follow_team() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare member_row record := coalesce(new, old);
begin
  perform app.refresh_access(member_row.organization_id,
    array(select library_id from library_grant where organization_id = member_row.organization_id and team_id = member_row.team_id),
    array[member_row.user_id]);
  return null;
end $$;--> statement-breakpoint
create trigger team_member_follow after insert or delete on team_member for each row execute function app.follow_team();--> statement-breakpoint

alter type app.actor add attribute impersonator_id uuid;--> statement-breakpoint

-- The doors belong to the gate, which alone may put new ones in their place.
grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint

-- As before, with the union of all roles, closed workspaces shut, and who acts in the person's place.
create or replace function app.enter(token text, kind text, organization text) returns app.actor
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare actor app.actor;
begin
  perform app.leave();
  select u.id, u.name, u.email, 'admin' = any (string_to_array(u.role, ',')), s.active_organization_id, s.impersonated_by
    into actor.user_id, actor.user_name, actor.user_email, actor.operator, actor.active_organization_id, actor.impersonator_id
    from session s join "user" u on u.id = s.user_id
    where s.token = enter.token and s.expires_at > now()
      and not (u.banned and (u.ban_expires is null or u.ban_expires > now()));
  if not found then return null; end if;
  perform set_config('app.user_id', actor.user_id::text, true),
    set_config('app.operator', case when actor.operator and kind = 'user' then 'on' else '' end, true);
  if kind <> 'organization' then return actor; end if;

  select m.organization_id, m.role into actor.organization_id, actor.role
    from organization o join member m on m.organization_id = o.id
    where m.user_id = actor.user_id and o.deleted_at is null and o.suspended_at is null and case
      when enter.organization is null then o.id = actor.active_organization_id
      when enter.organization ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then o.id = enter.organization::uuid
      else o.slug = enter.organization
    end;
  if not found then return actor; end if;

  select array_agg(distinct p.permission) into actor.permissions from (
    select p.permission from member_role r join role_permission p on p.role = r.builtin
      where r.organization_id = actor.organization_id and r.user_id = actor.user_id
    union all
    select p.permission from member_role r
      join custom_role_permission p on p.organization_id = r.organization_id and p.role_id = r.role_id
      where r.organization_id = actor.organization_id and r.user_id = actor.user_id
  ) p;
  perform set_config('app.organization_id', actor.organization_id::text, true),
    set_config('app.permissions', coalesce(array_to_string(actor.permissions, ','), ''), true);
  perform set_config('app.libraries', coalesce((
      select string_agg(l.id::text, ',') from library l
      where l.organization_id = actor.organization_id and app.sees_library(l.organization_id, l.id, l.visibility)
    ), ''), true);
  return actor;
end $$;--> statement-breakpoint

create or replace function app.create_organization(id uuid, member_id uuid, name text, slug text) returns boolean
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
  insert into member_role (organization_id, user_id, builtin) values (create_organization.id, app.current_user_id(), 'owner');
  return first;
end $$;--> statement-breakpoint

reset role;--> statement-breakpoint
do $$
declare f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'app'::regnamespace and proowner = current_user::regrole
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_app, carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
revoke execute on function app.refresh_access(uuid, uuid[], uuid[]), app.mirror_role(), app.keep_owner(), app.follow_grant(), app.follow_team()
  from carrel_app;--> statement-breakpoint
alter function app.within_mine(uuid, text, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.outranks(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.may_share(uuid, uuid, text) owner to carrel_gate;--> statement-breakpoint
alter function app.shares_like_team(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.mirror_role() owner to carrel_gate;--> statement-breakpoint
alter function app.keep_owner() owner to carrel_gate;--> statement-breakpoint
alter function app.refresh_access(uuid, uuid[], uuid[]) owner to carrel_gate;--> statement-breakpoint
alter function app.follow_grant() owner to carrel_gate;--> statement-breakpoint
alter function app.follow_team() owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
