-- A managed library lies in the store, where nothing changes but by uploads.
grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
create or replace function app.watched_folders() returns table (
  library_id uuid, folder_id uuid, path text, roots text[], watch boolean, trouble text,
  watch_mode text, file_system text, checked_at timestamptz
)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query
    select l.id, f.id, f.path,
      coalesce((select array_agg(r.path order by r.path) from root_assignment r where r.organization_id = l.organization_id), '{}'),
      l.watch, f.trouble, f.watch_mode, f.file_system, f.checked_at
    from library_folder f
    join library l on l.organization_id = f.organization_id and l.id = f.library_id and l.kind = 'folders'
    join organization o on o.id = l.organization_id and o.deleted_at is null and o.suspended_at is null
    order by f.id;
end $$;--> statement-breakpoint
create or replace function app.scheduled_libraries() returns table (library_id uuid, schedule text, scheduled_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query
    select l.id, l.schedule, l.scheduled_at from library l
    join organization o on o.id = l.organization_id and o.deleted_at is null and o.suspended_at is null
    where l.schedule is not null and l.kind = 'folders' order by l.id;
end $$;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
