-- Comma-separated: a list of fifty names is read by the server in one go, an array name by name.
alter type app.actor alter attribute permissions type text;--> statement-breakpoint

-- As before; who acts in the person's place is forgotten too.
create or replace function app.leave() returns void language sql set search_path = pg_catalog, pg_temp as $$
  select set_config('app.user_id', '', true), set_config('app.operator', '', true), set_config('app.impersonator_id', '', true),
    set_config('app.organization_id', '', true), set_config('app.permissions', '', true),
    set_config('app.libraries', '', true), set_config('app.job_library', '', true), set_config('app.job_mail', '', true)
$$;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint

-- The door of a request. Reads session, ban, membership and permissions anew and sets them for this transaction.
-- kind 'user': the person alone. kind 'organization': the workspace named by id, slug or earlier slug; by null: the
-- session's active one. Null without a live session, and when who acts in the person's place may do so no longer;
-- organization_id is null without membership, and where the workspace is closed.
create or replace function app.enter(token text, kind text, organization text) returns app.actor
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare actor app.actor; named uuid;
begin
  perform app.leave();
  select u.id, u.name, u.email, s.impersonated_by is null and 'admin' = any (string_to_array(u.role, ',')), s.active_organization_id, s.impersonated_by, s.id
    into actor.user_id, actor.user_name, actor.user_email, actor.operator, actor.active_organization_id, actor.impersonator_id,
      actor.session_id
    from session s join "user" u on u.id = s.user_id
    where s.token = enter.token and s.expires_at > now()
      and not (u.banned and (u.ban_expires is null or u.ban_expires > now()));
  if not found then return null; end if;
  if actor.impersonator_id is not null and not exists (select from "user" i where i.id = actor.impersonator_id
    and 'admin' = any (string_to_array(i.role, ',')) and not (i.banned and (i.ban_expires is null or i.ban_expires > now())))
  then return null; end if;

  if kind = 'organization' then
    named := case
      when enter.organization is null then actor.active_organization_id
      when enter.organization ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then enter.organization::uuid
      else coalesce((select o.id from organization o where o.slug = enter.organization),
        (select s.organization_id from organization_slug s where s.slug = enter.organization))
    end;
    select m.organization_id, m.role into actor.organization_id, actor.role
      from member m join organization o on o.id = m.organization_id
      where m.organization_id = named and m.user_id = actor.user_id and o.deleted_at is null and o.suspended_at is null;
    if found then
      select string_agg(p.permission, ',') into actor.permissions from (
        select p.permission from member_role r join role_permission p on p.role = r.builtin
          where r.organization_id = named and r.user_id = actor.user_id
        union all
        select p.permission from member_role r
          join custom_role_permission p on p.organization_id = r.organization_id and p.role_id = r.role_id
          where r.organization_id = named and r.user_id = actor.user_id
      ) p;
    end if;
  end if;

  perform set_config('app.user_id', actor.user_id::text, true),
    set_config('app.impersonator_id', coalesce(actor.impersonator_id::text, ''), true),
    set_config('app.operator', case when actor.operator and kind = 'user' then 'on' else '' end, true),
    set_config('app.organization_id', coalesce(actor.organization_id::text, ''), true),
    set_config('app.permissions', coalesce(actor.permissions, ''), true);
  if actor.organization_id is not null then
    perform set_config('app.libraries', coalesce((
        select string_agg(l.id::text, ',') from library l
        where l.organization_id = actor.organization_id and app.sees_library(l.organization_id, l.id, l.visibility)
      ), ''), true);
  end if;
  return actor;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
