-- What a scan fills is far from what the planner knows of it, until the database looks by itself a minute later.
grant create on schema app to carrel_gate;--> statement-breakpoint
set local role carrel_gate;--> statement-breakpoint
-- For whoever works on a library's job: of the columns that a scan looks up by. Tables that somebody else looks at are passed by.
create function app.refresh_statistics() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.job_library() is null then raise insufficient_privilege using message = 'Only a job refreshes statistics.'; end if;
  if current_setting('server_version_num')::integer < 170000 or not has_table_privilege('library_file', 'maintain') then return; end if;
  analyze (skip_locked)
    book (organization_id, library_id, id, missing_at, deleted_at, merged_into, cover_state),
    library_file (organization_id, library_id, folder_id, id, book_id, path_hash, path_key, unit_hash, sha256, problem, missing_at),
    cover_task, book_contributor, book_series, book_tag, book_identifier, person, series, publisher, tag, former_content;
end $$;--> statement-breakpoint
revoke all on function app.refresh_statistics() from public;--> statement-breakpoint
grant execute on function app.refresh_statistics() to carrel_app;--> statement-breakpoint
reset role;--> statement-breakpoint
revoke create on schema app from carrel_gate;
