grant select (unit_hash, seen_at) on library_file to carrel_gate;--> statement-breakpoint

-- Removes up to that many files beside books of managed libraries that came a day ago, of whose book nothing is there; see the policy library_file_stray.
create function app.expire_sidecars(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  delete from library_file f using (
    select s.organization_id, s.id from library l join library_file s on s.organization_id = l.organization_id and s.library_id = l.id
    where l.kind = 'managed' and s.role = 'sidecar' and s.seen_at < now() - interval '24 hours'
      and not exists (select from library_file o where o.organization_id = s.organization_id and o.library_id = s.library_id
        and o.unit_hash = s.unit_hash and o.book_id is not null)
    limit most
  ) as stray where f.organization_id = stray.organization_id and f.id = stray.id;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint
revoke all on function app.expire_sidecars(integer) from public;--> statement-breakpoint
grant execute on function app.expire_sidecars(integer) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.expire_sidecars(integer) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
