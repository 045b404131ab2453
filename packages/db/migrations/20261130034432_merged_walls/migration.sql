grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
-- As before; without a deed nothing is kept, since nothing gives it back.
create or replace function app.merge_reading(change uuid, target uuid, sources uuid[]) returns void
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
    from reading_state r where change is not null and r.organization_id = org and r.book_id = any (sources || target);
  insert into reading_state (organization_id, user_id, book_id, status, progress, locator, updated_at, finished_at)
    select distinct on (r.user_id) r.organization_id, r.user_id, target, r.status, r.progress, r.locator, r.updated_at, r.finished_at
    from reading_state r where r.organization_id = org and r.book_id = any (sources || target) order by r.user_id, r.updated_at desc, r.book_id
    on conflict (organization_id, user_id, book_id) do update
      set status = excluded.status, progress = excluded.progress, locator = excluded.locator, updated_at = excluded.updated_at, finished_at = excluded.finished_at;
  delete from reading_state r where r.organization_id = org and r.book_id = any (sources);
end $$;--> statement-breakpoint
delete from merged_reading m where not exists (select from book_change c
  where c.organization_id = m.organization_id and c.id = m.change_id and c.kind = 'merge' and c.undone_at is null);--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
