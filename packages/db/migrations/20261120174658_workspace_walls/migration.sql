alter table metadata_field force row level security;--> statement-breakpoint
alter table metadata_value force row level security;--> statement-breakpoint
revoke all on metadata_field, metadata_value from public;--> statement-breakpoint
grant select, insert, delete on metadata_field, metadata_value to carrel_app;--> statement-breakpoint
grant update (name, name_key, kind, choices, position) on metadata_field to carrel_app;--> statement-breakpoint
grant update (text, number, date, flag, choice) on metadata_value to carrel_app;--> statement-breakpoint
grant select (organization_id, field_id, choice) on metadata_value to carrel_gate;--> statement-breakpoint

grant select (organization_id, id, cover_hash) on book to carrel_gate;--> statement-breakpoint
grant select (organization_id, id) on library_file, person, series, publisher, tag to carrel_gate;--> statement-breakpoint
grant select (organization_id, book_id) on cover_task to carrel_gate;--> statement-breakpoint
grant select (organization_id, id, library_id, status, created_at) on scan to carrel_gate;--> statement-breakpoint
grant select (sent_at) on mail to carrel_gate;--> statement-breakpoint
grant delete on organization, library, book, library_file, cover_task, person, series, publisher, tag, audit_event, scan, mail,
  invitation_token to carrel_gate;--> statement-breakpoint

-- How many books of the current workspace have a value in this field, or in each of its choices; also in libraries out of the
-- actor's sight, since a field that is deleted is deleted there too.
create function app.metadata_uses(field uuid) returns table (choice uuid, books integer)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.current_organization() is null or not app.may('organization:update') then raise exception 'not allowed' using errcode = '42501'; end if;
  return query select v.choice, count(*)::integer from metadata_value v
    where v.organization_id = app.current_organization() and v.field_id = field group by v.choice;
end $$;--> statement-breakpoint

-- The logo of the workspace that a token opens, for whoever holds it.
create function app.logo_of_token(token_hash bytea) returns table (organization_id uuid, logo text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select o.id, o.logo from app.open_token(token_hash) t join organization o on o.id = t.organization_id
  where t.state = 'open' and o.logo is not null
$$;--> statement-breakpoint

-- The tidy runs as nobody.
create function app.require_nobody() returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if app.current_user_id() is not null or app.current_organization() is not null then
    raise exception 'not allowed' using errcode = '42501';
  end if;
end $$;--> statement-breakpoint

-- Workspaces that go for good; see the policies ending in _purge, which let nothing of any other go.
create function app.ended_organizations() returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query select id from organization where deleted_at < now() - interval '7 days' order by id;
end $$;--> statement-breakpoint

-- Removes up to that many rows of a workspace that goes for good, children first; 0 when none are left that come in numbers.
create function app.purge_organization(organization uuid, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare t record; gone integer;
begin
  perform app.require_nobody();
  for t in select * from (values ('book', 'id'), ('library_file', 'id'), ('cover_task', 'book_id'), ('person', 'id'), ('series', 'id'),
    ('publisher', 'id'), ('tag', 'id'), ('audit_event', 'id'), ('library', 'id')) as v(name, key)
  loop
    execute format('delete from %1$I where organization_id = $1 and %2$I in (select %2$I from %1$I where organization_id = $1 limit $2)',
      t.name, t.key) using organization, case when t.name = 'library' then 1 else most end;
    get diagnostics gone = row_count;
    if gone > 0 then return gone; end if;
  end loop;
  return 0;
end $$;--> statement-breakpoint

-- The last row of a workspace that goes for good, with what still hangs on it. False when there is no such.
create function app.forget_organization(organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  delete from organization o where o.id = forget_organization.organization and o.deleted_at < now() - interval '7 days';
  return found;
end $$;--> statement-breakpoint

-- Those of these digests that name no picture of the workspace, neither a cover of its books nor its logo.
create function app.unused_pictures(organization uuid, digests text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query select d from unnest(digests) d
    where not exists (select from book b where b.organization_id = organization and b.cover_hash = d)
      and not exists (select from organization o where o.id = unused_pictures.organization and o.logo = d);
end $$;--> statement-breakpoint

-- Removes up to that many rows of one kind whose time is over, and answers how many.
create function app.tidy(what text, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  if what = 'scans' then
    delete from scan s where (s.organization_id, s.id) in (
      select r.organization_id, r.id from (
        select organization_id, id, status, row_number() over (partition by organization_id, library_id order by created_at desc, id desc) as number
        from scan) r
      where r.number > 20 and r.status in ('done', 'failed') limit most);
  elsif what = 'mails' then
    -- One that failed was tried for a week.
    delete from mail m where m.id in (
      select id from mail where state <> 'queued' and coalesce(sent_at, created_at + interval '7 days') < now() - interval '30 days' limit most);
  elsif what = 'tokens' then
    delete from invitation_token t where (t.organization_id, t.hash) in (
      select k.organization_id, k.hash from invitation_token k
      join invitation i on i.organization_id = k.organization_id and i.id = k.invitation_id
      where least(i.ended_at, i.expires_at) < now() - interval '90 days' limit most);
  else raise exception 'unknown kind %', what;
  end if;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint

do $$
declare f regprocedure;
begin
  foreach f in array array['app.metadata_uses(uuid)', 'app.logo_of_token(bytea)', 'app.require_nobody()', 'app.ended_organizations()',
    'app.purge_organization(uuid, integer)', 'app.forget_organization(uuid)', 'app.unused_pictures(uuid, text[])', 'app.tidy(text, integer)']::regprocedure[]
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_app, carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.metadata_uses(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.logo_of_token(bytea) owner to carrel_gate;--> statement-breakpoint
alter function app.ended_organizations() owner to carrel_gate;--> statement-breakpoint
alter function app.purge_organization(uuid, integer) owner to carrel_gate;--> statement-breakpoint
alter function app.forget_organization(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.unused_pictures(uuid, text[]) owner to carrel_gate;--> statement-breakpoint
alter function app.tidy(text, integer) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
