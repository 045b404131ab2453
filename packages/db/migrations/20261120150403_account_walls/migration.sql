alter table organization_slug force row level security;--> statement-breakpoint
revoke all on organization_slug from public;--> statement-breakpoint
grant select (id, user_id, created_at, updated_at, expires_at, ip_address, user_agent, impersonated_by), delete on session to carrel_app;--> statement-breakpoint
grant update (name) on "user" to carrel_app;--> statement-breakpoint
grant update (name, logo, language) on organization to carrel_app;--> statement-breakpoint
grant update (slug, deleted_at) on organization to carrel_gate;--> statement-breakpoint
grant select, insert, delete on organization_slug to carrel_gate;--> statement-breakpoint

-- Gives the current workspace another address; the old one leads to it still. False when it is, or was, another's.
create function app.rename_slug(wanted text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare own uuid := app.current_organization();
begin
  if own is null or not app.may('organization:update') then raise exception 'not allowed' using errcode = '42501'; end if;
  perform pg_advisory_xact_lock(hashtext('app.create_organization'));
  if exists (select from organization o where o.slug = wanted and o.id <> own)
    or exists (select from organization_slug s where s.slug = wanted and s.organization_id <> own) then return false; end if;
  insert into organization_slug (slug, organization_id) select o.slug, o.id from organization o where o.id = own and o.slug <> wanted
    on conflict (slug) do nothing;
  delete from organization_slug s where s.slug = wanted;
  update organization o set slug = wanted where o.id = own;
  return true;
end $$;--> statement-breakpoint

-- Closes the current workspace; its owners can open it again for seven days.
create function app.delete_organization() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.current_organization() is null or not app.may('organization:delete') then raise exception 'not allowed' using errcode = '42501'; end if;
  update organization o set deleted_at = now() where o.id = app.current_organization();
end $$;--> statement-breakpoint

-- Opens a workspace again that the current user owns and that was deleted less than seven days ago. False when there is none.
create function app.restore_organization(organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update organization o set deleted_at = null
    where o.id = restore_organization.organization and o.deleted_at > now() - interval '7 days'
      and exists (select from member_role r
        where r.organization_id = o.id and r.user_id = app.current_user_id() and r.builtin = 'owner');
  return found;
end $$;--> statement-breakpoint

revoke execute on function app.rename_slug(text), app.delete_organization(), app.restore_organization(uuid) from public;--> statement-breakpoint
grant execute on function app.rename_slug(text), app.delete_organization(), app.restore_organization(uuid) to carrel_app, carrel_gate;--> statement-breakpoint
alter type app.actor add attribute session_id uuid;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.rename_slug(text) owner to carrel_gate;--> statement-breakpoint
alter function app.delete_organization() owner to carrel_gate;--> statement-breakpoint
alter function app.restore_organization(uuid) owner to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint

-- As before; an address that the workspace had earlier leads to it too.
create or replace function app.enter(token text, kind text, organization text) returns app.actor
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare actor app.actor;
begin
  perform app.leave();
  select u.id, u.name, u.email, 'admin' = any (string_to_array(u.role, ',')), s.active_organization_id, s.impersonated_by, s.id
    into actor.user_id, actor.user_name, actor.user_email, actor.operator, actor.active_organization_id, actor.impersonator_id,
      actor.session_id
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
        or exists (select from organization_slug s where s.slug = enter.organization and s.organization_id = o.id)
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

-- As before; nobody gets an address that another workspace had.
create or replace function app.create_organization(id uuid, member_id uuid, name text, slug text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare first boolean;
begin
  if app.current_user_id() is null then raise exception 'no user' using errcode = '42501'; end if;
  perform pg_advisory_xact_lock(hashtext('app.create_organization'));
  first := not exists (select from organization);
  if exists (select from organization_slug s where s.slug = create_organization.slug) then return null; end if;
  insert into organization (id, name, slug) values (create_organization.id, create_organization.name, create_organization.slug)
    on conflict on constraint organization_slug_key do nothing;
  if not found then return null; end if;
  insert into member (id, organization_id, user_id, role) values (member_id, create_organization.id, app.current_user_id(), 'owner');
  insert into member_role (organization_id, user_id, builtin) values (create_organization.id, app.current_user_id(), 'owner');
  return first;
end $$;--> statement-breakpoint

reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
