grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
-- As before, but what lies beside books is not counted with what is held.
create or replace function app.let_go(folder uuid) returns integer
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
        and f.missing_at is not null and f.held and f.book_id is not null),
      file_bytes = (select coalesce(sum(f.size), 0) from library_file f where f.organization_id = org and f.library_id = lib and f.folder_id <> folder
        and f.book_id is not null)
    where l.organization_id = org and l.id = lib;
  return lost;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
