alter table book_distinction force row level security;--> statement-breakpoint
revoke all on book_distinction from public;--> statement-breakpoint
grant select, insert, delete on book_distinction to carrel_app;--> statement-breakpoint
grant select (night_counted_at), update (night_counted_at) on instance to carrel_gate;--> statement-breakpoint
grant update (book_count, problem_count, file_bytes, missing_count, held_count) on library to carrel_gate;--> statement-breakpoint
grant select (library_id, folder_id, book_id, role, size, sha256, format, problem, ignored_at, missing_at, held), update (ignored_at, modified_ms) on library_file to carrel_gate;--> statement-breakpoint
grant select (organization_id, library_id, sha256, book_id), insert (organization_id, library_id, sha256, book_id), update (book_id, file_id, scan_id) on former_content to carrel_gate;--> statement-breakpoint
grant select (formats), update (missing_at, formats) on book to carrel_gate;--> statement-breakpoint
grant select (folder_id, book_id) on scan to carrel_gate;--> statement-breakpoint

-- The library, where the actor sees it and may do this in it; else nothing goes on.
create function app.require_in_library(library uuid, permission text) returns void
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.current_user_id() is null or library is null or not library = any ((app.visible_libraries())::uuid[])
    or not app.library_may(app.current_organization(), library, permission)
  then raise exception 'not allowed' using errcode = '42501'; end if;
end $$;--> statement-breakpoint

-- Puts a problem aside, or takes it up again. False when it is none.
create function app.ignore_problem(library uuid, file uuid, ignored boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  done boolean;
begin
  perform app.require_in_library(library, 'library:scan');
  update library_file f set ignored_at = case when ignored then coalesce(f.ignored_at, now()) end
    where f.organization_id = org and f.library_id = ignore_problem.library and f.id = ignore_problem.file and f.problem is not null;
  done := found;
  update library l set problem_count = (select count(*) from library_file f
      where f.organization_id = org and f.library_id = l.id and f.problem is not null and f.ignored_at is null)
    where done and l.organization_id = org and l.id = ignore_problem.library;
  return done;
end $$;--> statement-breakpoint

-- Lets files that are problems be read again by the next run that meets them: this one, or all that nobody put aside. How many.
create function app.retry_problems(library uuid, file uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare retried integer;
begin
  perform app.require_in_library(library, 'library:scan');
  update library_file f set modified_ms = null
    where f.organization_id = app.current_organization() and f.library_id = retry_problems.library and f.problem is not null
      and (f.id = file or (file is null and f.ignored_at is null));
  get diagnostics retried = row_count;
  return retried;
end $$;--> statement-breakpoint

-- What books, deleted with their files, were to the counts of their libraries.
create function app.discount(books uuid[], organizations uuid[]) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update library l set book_count = greatest(0, l.book_count - g.books), missing_count = greatest(0, l.missing_count - g.missing),
      file_bytes = greatest(0, l.file_bytes - g.bytes)
    from (
      select b.organization_id, b.library_id, count(*) filter (where b.deleted_at is null) as books,
        count(b.missing_at) filter (where b.deleted_at is null) as missing, coalesce(sum(f.bytes), 0)::bigint as bytes
      from unnest(organizations, books) as gone(organization, id) join book b on b.organization_id = gone.organization and b.id = gone.id
      left join lateral (select sum(size) as bytes from library_file f where f.organization_id = b.organization_id and f.book_id = b.id) f on true
      group by 1, 2
    ) g where l.organization_id = g.organization_id and l.id = g.library_id
$$;--> statement-breakpoint

-- Removes missing books for good, with everyone's place in them: these, or any up to that many. How many went.
create function app.remove_missing(library uuid, books uuid[], most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  chosen uuid[];
begin
  perform app.require_in_library(library, 'book:delete');
  select coalesce(array_agg(c.id), '{}') into chosen from (
    select b.id from book b where b.organization_id = org and b.library_id = remove_missing.library and b.missing_at is not null and b.deleted_at is null
      and (books is null or b.id = any (books)) order by b.id limit most) as c;
  perform app.discount(chosen, array_fill(org, array[cardinality(chosen)]));
  delete from book b where b.organization_id = org and b.id = any (chosen);
  return cardinality(chosen);
end $$;--> statement-breakpoint

-- Before a folder leaves its library: what its files held is remembered, so that the books are known again wherever that turns up,
-- and books that are nowhere else are missing. How many.
create function app.let_go(folder uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  lib uuid;
  lost integer;
begin
  select f.library_id into lib from library_folder f where f.organization_id = org and f.id = folder;
  perform app.require_in_library(lib, 'library:update');
  insert into former_content (organization_id, library_id, sha256, book_id)
    select distinct on (f.sha256) org, lib, f.sha256, f.book_id from library_file f
    where f.organization_id = org and f.library_id = lib and f.folder_id = folder and f.book_id is not null and f.sha256 is not null and f.role = 'book'
    order by f.sha256, f.book_id
    on conflict (organization_id, library_id, sha256) do update set book_id = excluded.book_id, file_id = null, scan_id = null;
  with mine as materialized (
    select distinct f.book_id as id from library_file f where f.organization_id = org and f.folder_id = folder and f.book_id is not null
  ), left_over as materialized (
    select m.id, array(select distinct o.format from library_file o where o.organization_id = org and o.book_id = m.id
      and o.folder_id <> folder and (o.missing_at is null or o.held)) as formats from mine m
  )
  update book b set missing_at = case when cardinality(r.formats) = 0 then coalesce(b.missing_at, now()) else b.missing_at end,
      missing_nights = case when b.missing_at is null then 0 else b.missing_nights end,
      formats = case when cardinality(r.formats) = 0 then b.formats
        else array(select f from unnest(b.formats) with ordinality as u(f, n) where f = any (r.formats) order by n) end
    from left_over r where b.organization_id = org and b.library_id = lib and b.id = r.id;
  select count(*) into lost from book b where b.organization_id = org and b.library_id = lib and b.missing_at is not null and b.deleted_at is null;
  update library l set missing_count = lost,
      problem_count = (select count(*) from library_file f where f.organization_id = org and f.library_id = lib and f.folder_id <> folder
        and f.problem is not null and f.ignored_at is null),
      held_count = (select count(*) from library_file f where f.organization_id = org and f.library_id = lib and f.folder_id <> folder
        and f.missing_at is not null and f.held),
      file_bytes = (select coalesce(sum(f.size), 0) from library_file f where f.organization_id = org and f.library_id = lib and f.folder_id <> folder
        and f.book_id is not null)
    where l.organization_id = org and l.id = lib;
  return lost;
end $$;--> statement-breakpoint

grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
-- A night has passed for what is missing, but not in a library with a folder that cannot be read: it may be there. Null when no
-- night has passed since the last one; a clock that was set back begins anew, and counts none for it.
create or replace function app.count_night() returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  last timestamptz;
  counted integer;
begin
  perform app.require_nobody();
  select i.night_counted_at into last from instance i for update;
  if last <= now() and last > now() - interval '20 hours' then return null; end if;
  update instance set night_counted_at = now();
  if last > now() then return null; end if;
  update book b set missing_nights = b.missing_nights + 1 where b.missing_at is not null
    and not exists (select from library_folder f where f.organization_id = b.organization_id and f.library_id = b.library_id and f.trouble is not null);
  get diagnostics counted = row_count;
  return counted;
end $$;--> statement-breakpoint

-- Removes up to that many books that were missing for as many nights as their library keeps them, with everyone's place in them. Not in a
-- library with a folder that cannot be read, whatever was counted before.
create or replace function app.expire_missing(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  organizations uuid[];
  chosen uuid[];
begin
  perform app.require_nobody();
  select coalesce(array_agg(o.organization_id), '{}'), coalesce(array_agg(o.id), '{}') into organizations, chosen from (
    select m.organization_id, m.id from book m join library l on l.organization_id = m.organization_id and l.id = m.library_id
    where m.missing_at is not null and m.missing_nights >= l.keep_missing_nights
      and not exists (select from library_folder f where f.organization_id = m.organization_id and f.library_id = m.library_id and f.trouble is not null)
    limit most) as o;
  perform app.discount(chosen, organizations);
  delete from book b using unnest(organizations, chosen) as gone(organization, id) where b.organization_id = gone.organization and b.id = gone.id;
  return cardinality(chosen);
end $$;--> statement-breakpoint

create or replace function app.tidy(what text, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  if what = 'scans' then
    -- Runs over a part come with every change of a file, and do not push out those over everything.
    delete from scan s where (s.organization_id, s.id) in (
      select r.organization_id, r.id from (
        select organization_id, id, status, row_number() over (
          partition by organization_id, library_id, folder_id is null and book_id is null order by created_at desc, id desc) as number
        from scan) r
      where r.number > 50 and r.status in ('done', 'failed', 'cancelled') limit most);
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
reset role;--> statement-breakpoint

do $$
declare f regprocedure;
begin
  foreach f in array array['app.require_in_library(uuid, text)', 'app.ignore_problem(uuid, uuid, boolean)', 'app.remove_missing(uuid, uuid[], integer)', 'app.retry_problems(uuid, uuid)',
    'app.let_go(uuid)', 'app.discount(uuid[], uuid[])']::regprocedure[]
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to carrel_gate', f);
  end loop;
end $$;--> statement-breakpoint
grant execute on function app.ignore_problem(uuid, uuid, boolean), app.remove_missing(uuid, uuid[], integer), app.let_go(uuid), app.retry_problems(uuid, uuid) to carrel_app;--> statement-breakpoint
alter function app.require_in_library(uuid, text) owner to carrel_gate;--> statement-breakpoint
alter function app.ignore_problem(uuid, uuid, boolean) owner to carrel_gate;--> statement-breakpoint
alter function app.remove_missing(uuid, uuid[], integer) owner to carrel_gate;--> statement-breakpoint
alter function app.retry_problems(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.let_go(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.discount(uuid[], uuid[]) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
