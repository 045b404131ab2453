alter table book_edit force row level security;--> statement-breakpoint
alter table former_content force row level security;--> statement-breakpoint
revoke all on book_edit, former_content from public;--> statement-breakpoint
grant select, insert, update, delete on book_edit, former_content to carrel_app;--> statement-breakpoint
grant update (missing_count, held_count, precedence, keep_missing_nights, schedule, watch) on library to carrel_app;--> statement-breakpoint
grant update (path, trouble, trouble_since, watch_mode, file_system, checked_at), delete on library_folder to carrel_app;--> statement-breakpoint
grant select on library_folder to carrel_gate;--> statement-breakpoint
grant select (library_id, missing_at, missing_nights), update (missing_nights) on book to carrel_gate;--> statement-breakpoint

-- A night has passed for what is missing, but not in a library with a folder that cannot be read: it may be there.
create function app.count_night() returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare counted integer;
begin
  perform app.require_nobody();
  update book b set missing_nights = b.missing_nights + 1 where b.missing_at is not null
    and not exists (select from library_folder f where f.organization_id = b.organization_id and f.library_id = b.library_id and f.trouble is not null);
  get diagnostics counted = row_count;
  return counted;
end $$;--> statement-breakpoint

-- Removes up to that many books that were missing for as many nights as their library keeps them, with everyone's place in them.
create function app.expire_missing(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  delete from book b using (
    select m.organization_id, m.id from book m join library l on l.organization_id = m.organization_id and l.id = m.library_id
    where m.missing_at is not null and m.missing_nights >= l.keep_missing_nights limit most
  ) as over where b.organization_id = over.organization_id and b.id = over.id;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint

revoke all on function app.count_night(), app.expire_missing(integer) from public;--> statement-breakpoint
grant execute on function app.count_night(), app.expire_missing(integer) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.count_night() owner to carrel_gate;--> statement-breakpoint
alter function app.expire_missing(integer) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
