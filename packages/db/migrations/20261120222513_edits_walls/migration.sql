alter table book_change force row level security;--> statement-breakpoint
alter table merged_reading force row level security;--> statement-breakpoint
revoke all on book_change, merged_reading from public;--> statement-breakpoint
grant select, insert, update (undone_at) on book_change to carrel_app;--> statement-breakpoint
grant select on book_edit, book_change to carrel_gate;--> statement-breakpoint
grant select, insert, delete on merged_reading to carrel_gate;--> statement-breakpoint
grant select, insert, update, delete on reading_state to carrel_gate;--> statement-breakpoint
grant select (library_id, deleted_at, merged_into) on book to carrel_gate;--> statement-breakpoint
grant update (book_count) on library to carrel_gate;--> statement-breakpoint
grant select, update (cancel_requested) on scan to carrel_gate;--> statement-breakpoint

-- The library of a book that the actor sees, where they may edit what is known of books.
create function app.edited_library(book uuid) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare found uuid;
begin
  select b.library_id into found from book b where b.organization_id = app.current_organization() and b.id = edited_library.book
    and b.library_id = any ((app.visible_libraries())::uuid[]) and app.library_may(b.organization_id, b.library_id, 'metadata:edit');
  if found is null then raise exception 'not allowed' using errcode = '42501'; end if;
  return found;
end $$;--> statement-breakpoint

-- Everyone's place in these books, which become one: who was in several goes on where they were last. What was is kept under the deed.
create function app.merge_reading(change uuid, target uuid, sources uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  there constant uuid := app.edited_library(target);
begin
  if exists (select from unnest(sources) s where not exists (
    select from book b where b.organization_id = org and b.id = s and b.library_id = there and s <> target))
  then raise exception 'not allowed' using errcode = '42501'; end if;
  insert into merged_reading (organization_id, user_id, change_id, book_id, status, progress, locator, updated_at, finished_at)
    select r.organization_id, r.user_id, change, r.book_id, r.status, r.progress, r.locator, r.updated_at, r.finished_at
    from reading_state r where r.organization_id = org and r.book_id = any (sources || target);
  insert into reading_state (organization_id, user_id, book_id, status, progress, locator, updated_at, finished_at)
    select distinct on (r.user_id) r.organization_id, r.user_id, target, r.status, r.progress, r.locator, r.updated_at, r.finished_at
    from reading_state r where r.organization_id = org and r.book_id = any (sources || target) order by r.user_id, r.updated_at desc, r.book_id
    on conflict (organization_id, user_id, book_id) do update
      set status = excluded.status, progress = excluded.progress, locator = excluded.locator, updated_at = excluded.updated_at, finished_at = excluded.finished_at;
  delete from reading_state r where r.organization_id = org and r.book_id = any (sources);
end $$;--> statement-breakpoint

-- Takes such a deed back. Who has read on since keeps that place in the book that stayed.
create function app.part_reading(change uuid, target uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  there constant uuid := app.edited_library(target);
begin
  if exists (select from merged_reading m join book b on b.organization_id = m.organization_id and b.id = m.book_id
    where m.organization_id = org and m.change_id = change and b.library_id <> there)
  then raise exception 'not allowed' using errcode = '42501'; end if;
  insert into reading_state (organization_id, user_id, book_id, status, progress, locator, updated_at, finished_at)
    select m.organization_id, m.user_id, m.book_id, m.status, m.progress, m.locator, m.updated_at, m.finished_at
    from merged_reading m where m.organization_id = org and m.change_id = change and m.book_id <> target on conflict do nothing;
  delete from reading_state r using (
      select m.user_id, max(m.updated_at) as last from merged_reading m where m.organization_id = org and m.change_id = change group by m.user_id) as was
    where r.organization_id = org and r.book_id = target and r.user_id = was.user_id and r.updated_at = was.last;
  insert into reading_state (organization_id, user_id, book_id, status, progress, locator, updated_at, finished_at)
    select m.organization_id, m.user_id, m.book_id, m.status, m.progress, m.locator, m.updated_at, m.finished_at
    from merged_reading m where m.organization_id = org and m.change_id = change and m.book_id = target on conflict do nothing;
  delete from merged_reading m where m.organization_id = org and m.change_id = change;
end $$;--> statement-breakpoint

-- Waits for the batch that a scan of this library writes now, and lets the next one wait: for who gives files to other books.
create function app.hold_scans(book uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare there constant uuid := app.edited_library(book);
begin
  perform from scan s where s.organization_id = app.current_organization() and s.library_id = there and s.finished_at is null for no key update;
end $$;--> statement-breakpoint

-- Sets the count of the library that this book is in to what is there.
create function app.recount_books(book uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare there constant uuid := app.edited_library(book);
begin
  update library l set (book_count, missing_count) = (
      select count(*), count(b.missing_at) from book b where b.organization_id = l.organization_id and b.library_id = l.id and b.deleted_at is null)
    where l.organization_id = app.current_organization() and l.id = there;
end $$;--> statement-breakpoint

revoke all on function app.edited_library(uuid), app.merge_reading(uuid, uuid, uuid[]), app.part_reading(uuid, uuid), app.recount_books(uuid), app.hold_scans(uuid) from public;--> statement-breakpoint
grant execute on function app.edited_library(uuid), app.merge_reading(uuid, uuid, uuid[]), app.part_reading(uuid, uuid), app.recount_books(uuid), app.hold_scans(uuid) to carrel_app, carrel_gate;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.edited_library(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.merge_reading(uuid, uuid, uuid[]) owner to carrel_gate;--> statement-breakpoint
alter function app.part_reading(uuid, uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.hold_scans(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.recount_books(uuid) owner to carrel_gate;--> statement-breakpoint

-- A picture is also kept while somebody may want it back.
set local role carrel_gate;--> statement-breakpoint
create or replace function app.unused_pictures(organization uuid, digests text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query select d from unnest(digests) d
    where not exists (select from book b where b.organization_id = organization and b.cover_hash = d)
      and not exists (select from book_edit e where e.organization_id = organization and e.values #>> '{cover,hash}' = d)
      and not exists (select from book_change c where c.organization_id = organization
        and d in (c.before #>> '{cover,hash}', c.after #>> '{cover,hash}'))
      and not exists (select from organization o where o.id = unused_pictures.organization and o.logo = d);
end $$;--> statement-breakpoint
-- What is hidden behind another book is not in the trash.
create or replace function app.expire_trash(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  delete from book b using (
    select organization_id, id from book where merged_into is null and deleted_at < now() - interval '30 days' limit most
  ) as over where b.organization_id = over.organization_id and b.id = over.id;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
