do $$
declare t text;
begin
  foreach t in array array['join_link', 'admission', 'invitation_token']
  loop
    execute format('alter table public.%I force row level security', t);
  end loop;
end $$;--> statement-breakpoint

revoke all on all tables in schema public from public;--> statement-breakpoint
alter table admission add constraint admission_builtin
  check (builtin in ('owner', 'admin', 'librarian', 'member', 'guest'));--> statement-breakpoint
alter table admission add constraint admission_level
  check (level in ('viewer', 'contributor', 'editor', 'manager'));--> statement-breakpoint
grant select, insert on invitation, join_link, admission to carrel_app;--> statement-breakpoint
grant insert on invitation_token to carrel_app;--> statement-breakpoint
grant update (status, expires_at, ended_at) on invitation to carrel_app;--> statement-breakpoint
grant update (revoked_at) on join_link to carrel_app;--> statement-breakpoint
grant select, insert on mail to carrel_app;--> statement-breakpoint
grant update (state, attempts, answer, sealed, sent_at) on mail to carrel_app;--> statement-breakpoint
grant insert on mail to carrel_auth;--> statement-breakpoint
grant select on invitation, join_link, admission, invitation_token to carrel_gate;--> statement-breakpoint
grant select (id, state, created_at) on mail to carrel_gate;--> statement-breakpoint
create policy mail_gate on mail for select to carrel_gate using (true);--> statement-breakpoint
grant update (status, ended_at) on invitation to carrel_gate;--> statement-breakpoint
grant update (uses) on join_link to carrel_gate;--> statement-breakpoint
grant insert on "user", account, team_member, library_grant to carrel_gate;--> statement-breakpoint
grant update (level) on library_grant to carrel_gate;--> statement-breakpoint
grant update (email_verified) on "user" to carrel_gate;--> statement-breakpoint
create policy user_invited on "user" for insert to carrel_gate with check (true);--> statement-breakpoint
create policy user_verified on "user" for update to carrel_gate using (true) with check (true);--> statement-breakpoint
create policy account_invited on account for insert to carrel_gate with check (true);--> statement-breakpoint
create policy team_member_join on team_member for insert to carrel_gate with check (true);--> statement-breakpoint
create policy library_grant_join on library_grant for insert to carrel_gate with check (true);--> statement-breakpoint
create policy library_grant_raise on library_grant for update to carrel_gate using (true) with check (true);--> statement-breakpoint

create or replace function app.leave() returns void language sql set search_path = pg_catalog, pg_temp as $$
  select set_config('app.user_id', '', true), set_config('app.operator', '', true),
    set_config('app.organization_id', '', true), set_config('app.permissions', '', true),
    set_config('app.libraries', '', true), set_config('app.job_library', '', true), set_config('app.job_mail', '', true)
$$;--> statement-breakpoint

-- What a token opens, for whoever holds it.
create type app.opening as (
  organization_id uuid, organization_name text, organization_slug text, inviter_name text,
  invitation_id uuid, join_link_id uuid, email text, channel text, expires_at timestamptz,
  -- open, expired, ended (accepted, declined, revoked or used up)
  state text
);--> statement-breakpoint

-- The door of a job that sends one mail. False when there is no such mail.
create function app.enter_mail(mail uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.leave();
  if not exists (select from mail m where m.id = enter_mail.mail) then return false; end if;
  perform set_config('app.job_mail', enter_mail.mail::text, true);
  return true;
end $$;--> statement-breakpoint

-- Mails that wait, so that one whose job was lost is sent all the same. Ids alone, and to no request.
create function app.waiting_mails() returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id from mail where state = 'queued' and created_at < now() - interval '1 minute' and app.current_user_id() is null
$$;--> statement-breakpoint

create function app.open_token(token_hash bytea) returns app.opening
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select o.id, o.name, o.slug, u.name, i.id, null::uuid, i.email, t.channel, i.expires_at::timestamptz,
      case when i.status <> 'pending' then 'ended' when i.expires_at <= now() then 'expired' else 'open' end
    from invitation_token t
    join invitation i on i.organization_id = t.organization_id and i.id = t.invitation_id
    join organization o on o.id = i.organization_id and o.suspended_at is null and o.deleted_at is null
    join "user" u on u.id = i.inviter_id
    where t.hash = token_hash
  union all
  select o.id, o.name, o.slug, coalesce(u.name, ''), null, l.id, null, 'link', l.expires_at::timestamptz,
      case when l.revoked_at is not null or l.uses >= l.max_uses then 'ended' when l.expires_at <= now() then 'expired' else 'open' end
    from join_link l
    join organization o on o.id = l.organization_id and o.suspended_at is null and o.deleted_at is null
    left join "user" u on u.id = l.created_by
    where l.token_hash = open_token.token_hash
$$;--> statement-breakpoint

-- Makes the person a member with all that the invitation or link gives. False when they were one already:
-- then they get what they lacked. Called by the doors below alone.
create function app.admit(opening app.opening, person uuid, membership uuid, event uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare joined boolean; person_name text; given text[];
begin
  insert into member (id, organization_id, user_id, role) values (membership, opening.organization_id, person, 'guest')
    on conflict (organization_id, user_id) do nothing;
  joined := found;
  insert into member_role (organization_id, user_id, builtin, role_id)
    select a.organization_id, person, a.builtin, a.role_id from admission a
    where a.organization_id = opening.organization_id and (a.invitation_id = opening.invitation_id or a.join_link_id = opening.join_link_id)
      and (a.builtin is not null or a.role_id is not null)
    on conflict do nothing;
  insert into team_member (organization_id, team_id, user_id)
    select a.organization_id, a.team_id, person from admission a
    where a.organization_id = opening.organization_id and (a.invitation_id = opening.invitation_id or a.join_link_id = opening.join_link_id)
      and a.team_id is not null
    on conflict do nothing;
  insert into library_grant (organization_id, library_id, user_id, level)
    select a.organization_id, a.library_id, person, a.level from admission a
    where a.organization_id = opening.organization_id and (a.invitation_id = opening.invitation_id or a.join_link_id = opening.join_link_id)
      and a.library_id is not null
    on conflict (organization_id, library_id, grantee) do update set level = excluded.level
      where array_position(array['viewer', 'contributor', 'editor', 'manager'], excluded.level)
        > array_position(array['viewer', 'contributor', 'editor', 'manager'], library_grant.level);
  if opening.invitation_id is not null then
    update invitation i set status = 'accepted', ended_at = now()
      where i.organization_id = opening.organization_id and i.id = opening.invitation_id;
    if opening.channel = 'mail' then update "user" u set email_verified = true where u.id = person; end if;
  elsif joined then
    update join_link l set uses = l.uses + 1 where l.organization_id = opening.organization_id and l.id = opening.join_link_id;
  end if;
  if joined then
    select u.name into person_name from "user" u where u.id = person;
    select array_agg(coalesce(r.builtin, r.role_id::text)) into given from member_role r
      where r.organization_id = opening.organization_id and r.user_id = person;
    insert into audit_event (organization_id, id, actor_id, actor_name, action, target_type, target_id, target_name, after)
      values (opening.organization_id, event, person, person_name, 'member.created', 'member', person::text, person_name,
        jsonb_build_object('name', person_name, 'roles', coalesce(to_jsonb(given), '[]'::jsonb)));
  end if;
  return joined;
end $$;--> statement-breakpoint

-- Locks what the token opens, so that of two who use it at once the second sees what the first did.
create function app.lock_token(token_hash bytea) returns app.opening
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform from invitation i join invitation_token t on t.organization_id = i.organization_id and t.invitation_id = i.id
    where t.hash = token_hash for update of i;
  perform from join_link l where l.token_hash = lock_token.token_hash for update;
  return app.open_token(token_hash);
end $$;--> statement-breakpoint

-- The current user joins by a token. What comes back: joined, member (was one already), other-address, or what
-- open_token says of a token that opens nothing; null for an unknown one.
create function app.join(token_hash bytea, membership uuid, event uuid) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare opening app.opening; address text;
begin
  if app.current_user_id() is null then raise exception 'no user' using errcode = '42501'; end if;
  opening := app.lock_token(token_hash);
  if opening.organization_id is null then return null; end if;
  if opening.state <> 'open' then return opening.state; end if;
  select lower(u.email) into address from "user" u where u.id = app.current_user_id();
  if opening.email is not null and opening.email <> address then return 'other-address'; end if;
  return case when app.admit(opening, app.current_user_id(), membership, event) then 'joined' else 'member' end;
end $$;--> statement-breakpoint

-- A new account that joins by a token, all in one. Also comes back: account-exists.
create function app.sign_up_by_token(
  token_hash bytea, person uuid, account uuid, membership uuid, event uuid, person_name text, address text, password_hash text
) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare opening app.opening; email text;
begin
  opening := app.lock_token(token_hash);
  if opening.organization_id is null then return null; end if;
  if opening.state <> 'open' then return opening.state; end if;
  email := coalesce(opening.email, lower(address));
  insert into "user" (id, name, email) values (person, person_name, email) on conflict on constraint user_email_key do nothing;
  if not found then return 'account-exists'; end if;
  insert into account (id, account_id, provider_id, user_id, password)
    values (sign_up_by_token.account, person::text, 'credential', person, password_hash);
  perform app.admit(opening, person, membership, event);
  return 'joined';
end $$;--> statement-breakpoint

-- Whoever holds the token of an invitation may decline it.
create function app.decline(token_hash bytea) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update invitation i set status = 'rejected', ended_at = now()
  where i.status = 'pending' and exists (
    select from invitation_token t
    where t.hash = token_hash and t.organization_id = i.organization_id and t.invitation_id = i.id
  )
$$;--> statement-breakpoint

do $$
declare f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'app'::regnamespace and proowner = current_user::regrole
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_app, carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
revoke execute on function app.admit(app.opening, uuid, uuid, uuid), app.lock_token(bytea) from carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.enter_mail(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.waiting_mails() owner to carrel_gate;--> statement-breakpoint
alter function app.open_token(bytea) owner to carrel_gate;--> statement-breakpoint
alter function app.admit(app.opening, uuid, uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.lock_token(bytea) owner to carrel_gate;--> statement-breakpoint
alter function app.join(bytea, uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.sign_up_by_token(bytea, uuid, uuid, uuid, uuid, text, text, text) owner to carrel_gate;--> statement-breakpoint
alter function app.decline(bytea) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
