grant update (end_reason) on invitation to carrel_gate;--> statement-breakpoint
grant update (revoked_at, end_reason) on join_link to carrel_gate;--> statement-breakpoint
grant update (last_seen_at) on member to carrel_gate;--> statement-breakpoint

-- Ends what these people offered to others and could no longer give: all of it, or what was made just now. Whoever
-- invites and whoever takes their rights wait for each other at the membership, so that neither misses the other.
create function app.end_beyond(organization uuid, people uuid[], made uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from organization o where o.id = end_beyond.organization) then return; end if;
  perform from member m where m.organization_id = end_beyond.organization and m.user_id = any (people)
    order by m.user_id for no key update;
  with ended as (
    update invitation i set status = 'canceled', ended_at = now(), end_reason = case
        when exists (select from member m where m.organization_id = i.organization_id and m.user_id = i.inviter_id) then 'rights-lost'
        else 'inviter-left' end
      where i.organization_id = end_beyond.organization and i.inviter_id = any (people) and (made is null or i.id = made)
        and i.status = 'pending' and i.expires_at > now()
        and not app.could_give(i.organization_id, i.inviter_id, i.id, null)
      returning 'invitation' as kind, i.id, i.email as name, i.inviter_id as giver, i.end_reason, jsonb_build_object('email', i.email,
        'roles', array(select coalesce(a.builtin, a.role_id::text) from admission a where a.organization_id = i.organization_id
          and a.invitation_id = i.id and (a.builtin is not null or a.role_id is not null) order by a.id)) as told
  ), closed as (
    update join_link l set revoked_at = now(), end_reason = case
        when exists (select from member m where m.organization_id = l.organization_id and m.user_id = l.created_by) then 'rights-lost'
        else 'inviter-left' end
      where l.organization_id = end_beyond.organization and (made is null or l.id = made)
        -- A link stays when its maker's account goes.
        and (l.created_by = any (people) or (l.id = made and l.created_by is null))
        and l.revoked_at is null and (l.expires_at is null or l.expires_at > now()) and (l.max_uses is null or l.uses < l.max_uses)
        and not app.could_give(l.organization_id, l.created_by, null, l.id)
      returning 'join-link' as kind, l.id, '' as name, l.created_by as giver, l.end_reason, jsonb_build_object('maxUses', l.max_uses, 'expiresAt', l.expires_at,
        'roles', array(select coalesce(a.builtin, a.role_id::text) from admission a where a.organization_id = l.organization_id
          and a.join_link_id = l.id and (a.builtin is not null or a.role_id is not null) order by a.id)) as told
  )
  insert into audit_event (organization_id, id, actor_name, action, target_type, target_id, target_name, before, after)
    select end_beyond.organization, app.new_id(), '', e.kind || '.deleted', e.kind, e.id::text, e.name, e.told,
      jsonb_build_object('reason', e.end_reason, 'inviter', coalesce(u.name, ''))
    from (select * from ended union all select * from closed) e left join "user" u on u.id = e.giver;
  -- The channel of packages/api/src/events/bus.ts.
  if found then
    perform pg_notify('carrel_events',
      json_build_object('type', 'changed', 'organizationId', end_beyond.organization, 'what', 'members')::text);
  end if;
end $$;--> statement-breakpoint

create function app.follow_member() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.end_beyond(old.organization_id, array[old.user_id], null);
  return null;
end $$;--> statement-breakpoint
create trigger member_end_beyond after delete on member for each row execute function app.follow_member();--> statement-breakpoint
create trigger member_role_end_beyond after delete on member_role for each row execute function app.follow_member();--> statement-breakpoint

create function app.follow_role() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare role record;
begin
  for role in
    select r.organization_id, array_agg(distinct r.user_id) as holders
      from gone g join member_role r on r.organization_id = g.organization_id and r.role_id = g.role_id group by r.organization_id
  loop
    perform app.end_beyond(role.organization_id, role.holders, null);
  end loop;
  return null;
end $$;--> statement-breakpoint
create trigger custom_role_permission_end_beyond after delete on custom_role_permission
  referencing old table as gone for each statement execute function app.follow_role();--> statement-breakpoint

create function app.follow_visibility() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.end_beyond(new.organization_id, array(
      select i.inviter_id from invitation i where i.organization_id = new.organization_id and i.status = 'pending'
      union
      select l.created_by from join_link l where l.organization_id = new.organization_id and l.revoked_at is null
    ), null);
  return null;
end $$;--> statement-breakpoint
create trigger library_end_beyond after update of visibility on library for each row
  when (new.visibility = 'restricted' and old.visibility <> 'restricted') execute function app.follow_visibility();--> statement-breakpoint

create function app.follow_link() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.end_beyond(new.organization_id, '{}', new.id);
  return null;
end $$;--> statement-breakpoint
create trigger join_link_end_beyond after update of created_by on join_link for each row
  when (new.created_by is null and old.created_by is not null) execute function app.follow_link();--> statement-breakpoint

-- Somebody may lose their rights while they invite.
create function app.follow_admission() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare offer record;
begin
  for offer in
    select distinct m.organization_id, coalesce(i.id, l.id) as id, coalesce(i.inviter_id, l.created_by) as giver
      from made m
      left join invitation i on i.organization_id = m.organization_id and i.id = m.invitation_id
      left join join_link l on l.organization_id = m.organization_id and l.id = m.join_link_id
  loop
    perform app.end_beyond(offer.organization_id, array[offer.giver], offer.id);
  end loop;
  return null;
end $$;--> statement-breakpoint
create trigger admission_end_beyond after insert on admission
  referencing new table as made for each statement execute function app.follow_admission();--> statement-breakpoint

-- The invitations that wait for the current user, who must have proved their address.
create function app.own_invitations() returns table (
  invitation_id uuid, organization_name text, inviter_name text, builtin_roles text[], own_roles text[], expires_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select i.id, o.name, coalesce(giver.name, ''),
      array(select a.builtin from admission a where a.organization_id = i.organization_id and a.invitation_id = i.id and a.builtin is not null order by a.id),
      array(select r.name from admission a join custom_role r on r.organization_id = a.organization_id and r.id = a.role_id
        where a.organization_id = i.organization_id and a.invitation_id = i.id order by a.id),
      i.expires_at
    from "user" me
    join invitation i on i.email = lower(me.email) and i.status = 'pending' and i.expires_at > now()
    join organization o on o.id = i.organization_id and o.suspended_at is null and o.deleted_at is null
    left join "user" giver on giver.id = i.inviter_id
    where me.id = app.current_user_id() and me.email_verified
    order by i.created_at desc, i.id limit 100
$$;--> statement-breakpoint

-- Locks the invitation if it is for the current user, who must have proved their address.
create function app.lock_own(invitation uuid) returns app.opening
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare opening app.opening;
begin
  perform from invitation i join "user" me on lower(me.email) = i.email
    where i.id = lock_own.invitation and me.id = app.current_user_id() and me.email_verified for update of i;
  if not found then return null; end if;
  select o.id, o.name, o.slug, '', i.id, null::uuid, i.email, 'own', i.expires_at::timestamptz,
      case when i.status <> 'pending' then 'ended' when i.expires_at <= now() then 'expired' else 'open' end
    into opening from invitation i
    join organization o on o.id = i.organization_id and o.suspended_at is null and o.deleted_at is null
    where i.id = lock_own.invitation;
  return opening;
end $$;--> statement-breakpoint

-- The current user joins by an invitation to their own address. What comes back is as for app.join; no row for one
-- that is none of theirs.
create function app.accept_own(invitation uuid, membership uuid, event uuid) returns table (outcome text, organization_id uuid, slug text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare opening app.opening := app.lock_own(invitation);
begin
  if opening.organization_id is null then return; end if;
  return query select case
      when opening.state <> 'open' then opening.state
      when app.admit(opening, app.current_user_id(), membership, event) then 'joined'
      else 'member' end, opening.organization_id, opening.organization_slug;
end $$;--> statement-breakpoint

-- The organization whose invitation the current user declined; null when none was pending for them.
create function app.decline_own(invitation uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare opening app.opening := app.lock_own(invitation);
begin
  if opening.state is distinct from 'open' then return null; end if;
  update invitation i set status = 'rejected', ended_at = now() where i.id = decline_own.invitation;
  return opening.organization_id;
end $$;--> statement-breakpoint

-- The workspace into which the current user came by this token, which opens nothing any more.
create function app.came_by(token_hash bytea) returns table (organization_id uuid, slug text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select o.id, o.slug from (
    select i.organization_id from invitation_token t
      join invitation i on i.organization_id = t.organization_id and i.id = t.invitation_id and i.status = 'accepted'
      join "user" me on lower(me.email) = i.email
      where t.hash = came_by.token_hash and me.id = app.current_user_id()
    union all
    select l.organization_id from join_link l where l.token_hash = came_by.token_hash
  ) way
  join organization o on o.id = way.organization_id and o.suspended_at is null and o.deleted_at is null
  join member m on m.organization_id = o.id and m.user_id = app.current_user_id()
$$;--> statement-breakpoint

-- Notes that the current user is in the current workspace; not an operator who acts in their place. True when it was noted.
create function app.note_seen(token text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update member m set last_seen_at = now()
    where m.organization_id = app.current_organization() and m.user_id = app.current_user_id()
      and (m.last_seen_at is null or m.last_seen_at < now() - interval '4 minutes')
      and exists (select from session s where s.token = note_seen.token and s.user_id = m.user_id and s.impersonated_by is null);
  return found;
end $$;--> statement-breakpoint

do $$
declare f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'app'::regnamespace and proowner = current_user::regrole
    and proname = any (array['held_by', 'could_share', 'could_give', 'may_give', 'end_beyond', 'follow_member', 'follow_role',
      'follow_visibility', 'follow_link', 'follow_admission', 'own_invitations', 'lock_own', 'accept_own', 'decline_own', 'came_by', 'note_seen'])
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
grant execute on function app.may_give(uuid, uuid), app.own_invitations(), app.accept_own(uuid, uuid, uuid), app.decline_own(uuid),
  app.came_by(bytea), app.note_seen(text) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.held_by(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.could_share(uuid, uuid, text[], uuid, text) owner to carrel_gate;--> statement-breakpoint
alter function app.could_give(uuid, uuid, uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.may_give(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.end_beyond(uuid, uuid[], uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.follow_member() owner to carrel_gate;--> statement-breakpoint
alter function app.follow_role() owner to carrel_gate;--> statement-breakpoint
alter function app.follow_visibility() owner to carrel_gate;--> statement-breakpoint
alter function app.follow_link() owner to carrel_gate;--> statement-breakpoint
alter function app.follow_admission() owner to carrel_gate;--> statement-breakpoint
alter function app.own_invitations() owner to carrel_gate;--> statement-breakpoint
alter function app.lock_own(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.accept_own(uuid, uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.decline_own(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.came_by(bytea) owner to carrel_gate;--> statement-breakpoint
alter function app.note_seen(text) owner to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint

-- As before; whoever loses a library ends what they could no longer give.
create or replace function app.follow_grant() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare grant_row record := coalesce(new, old); people uuid[];
begin
  people := case
    when grant_row.user_id is not null then array[grant_row.user_id]
    -- A team that is deleted has lost its members before this runs: then whoever has the library is asked about.
    else array(
      select user_id from team_member where organization_id = grant_row.organization_id and team_id = grant_row.team_id
      union
      select user_id from library_access
        where tg_op = 'DELETE' and organization_id = grant_row.organization_id and library_id = grant_row.library_id
    )
  end;
  perform app.refresh_access(grant_row.organization_id, array[grant_row.library_id], people);
  if tg_op <> 'INSERT' then perform app.end_beyond(grant_row.organization_id, people, null); end if;
  return null;
end $$;--> statement-breakpoint

-- As before; whoever leaves a team ends what they could no longer give.
create or replace function app.follow_team() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare member_row record := coalesce(new, old);
begin
  perform app.refresh_access(member_row.organization_id,
    array(select library_id from library_grant where organization_id = member_row.organization_id and team_id = member_row.team_id),
    array[member_row.user_id]);
  if tg_op = 'DELETE' then perform app.end_beyond(member_row.organization_id, array[member_row.user_id], null); end if;
  return null;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;--> statement-breakpoint

-- What nobody could give any more when this came.
set local role carrel_gate;--> statement-breakpoint
select app.end_beyond(o.id, array(
    select i.inviter_id from invitation i where i.organization_id = o.id and i.status = 'pending'
    union
    select l.created_by from join_link l where l.organization_id = o.id and l.created_by is not null
  ), null) from organization o;--> statement-breakpoint
select app.end_beyond(l.organization_id, '{}', l.id) from join_link l where l.created_by is null;--> statement-breakpoint
reset role;
