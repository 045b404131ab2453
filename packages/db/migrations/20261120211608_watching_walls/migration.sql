grant update (scheduled_at) on library to carrel_app;--> statement-breakpoint
grant select (organization_id, path) on root_assignment to carrel_gate;--> statement-breakpoint
grant select (runner, finished_at) on scan to carrel_gate;--> statement-breakpoint

-- What the worker that watches has to know of every folder: where it lies, where it may lie, and how changes of it are to be noticed.
create function app.watched_folders() returns table (
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

create function app.scheduled_libraries() returns table (library_id uuid, schedule text, scheduled_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query
    select l.id, l.schedule, l.scheduled_at from library l
    join organization o on o.id = l.organization_id and o.deleted_at is null and o.suspended_at is null
    where l.schedule is not null and l.kind = 'folders' order by l.id;
end $$;--> statement-breakpoint

-- How many other libraries of the workspace wait for their scan: whoever waits for many comes after whoever waits for one.
create function app.waiting_scans(library uuid) returns integer
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select count(distinct s.library_id)::int from scan s
  where s.organization_id = app.current_organization() and s.library_id <> library and s.finished_at is null and s.runner is null
$$;--> statement-breakpoint

revoke all on function app.watched_folders(), app.scheduled_libraries(), app.waiting_scans(uuid) from public;--> statement-breakpoint
grant execute on function app.watched_folders(), app.scheduled_libraries(), app.waiting_scans(uuid) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.watched_folders() owner to carrel_gate;--> statement-breakpoint
alter function app.scheduled_libraries() owner to carrel_gate;--> statement-breakpoint
alter function app.waiting_scans(uuid) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
