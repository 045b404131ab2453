grant select (missing_nights), update (missing_nights) on library_file to carrel_gate;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
-- As before; also for files that are missing of books that are there.
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
  update library_file f set missing_nights = f.missing_nights + 1 where f.missing_at is not null and not f.held
    and exists (select from book b where b.organization_id = f.organization_id and b.id = f.book_id and b.missing_at is null)
    and not exists (select from library_folder d where d.organization_id = f.organization_id and d.library_id = f.library_id and d.trouble is not null);
  return counted;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
