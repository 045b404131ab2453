alter table organization_quota force row level security;--> statement-breakpoint
alter table upload force row level security;--> statement-breakpoint
revoke all on organization_quota, upload from public;--> statement-breakpoint
grant select, insert, update (max_bytes), delete on organization_quota to carrel_app;--> statement-breakpoint
grant select, insert, delete, update (received, parts, state, problem, problem_detail, book_id, updated_at) on upload to carrel_app;--> statement-breakpoint
grant select on organization_quota, upload to carrel_gate;--> statement-breakpoint
grant delete on upload to carrel_gate;--> statement-breakpoint
grant select (organization_id, library_id, folder_id, path_hash, size) on library_file to carrel_gate;--> statement-breakpoint
grant select (deleted_at) on book to carrel_gate;--> statement-breakpoint
grant update (book_count) on library to carrel_gate;--> statement-breakpoint

-- Bytes of a workspace in the store: files of its managed libraries, those in the trash among them, and what uploads hold.
create function app.bytes_held(organization uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select (coalesce((
      select sum(f.size) from library l join library_file f on f.organization_id = l.organization_id and f.library_id = l.id
      where l.organization_id = organization and l.kind = 'managed'), 0)
    + coalesce((select sum(u.size) from upload u where u.organization_id = organization and u.state in ('open', 'received')), 0))::bigint
$$;--> statement-breakpoint

-- An upload holds its size from its beginning, one begun at a time in a workspace: those that come together cannot exceed the quota.
create function app.keep_quota() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare most bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('app.keep_quota ' || new.organization_id, 0));
  select max_bytes into most from organization_quota q where q.organization_id = new.organization_id;
  if found and app.bytes_held(new.organization_id) + new.size > most then
    raise check_violation using message = 'beyond the quota', constraint = 'upload_quota', table = 'upload';
  end if;
  return new;
end $$;--> statement-breakpoint
create trigger upload_keep_quota before insert on upload for each row execute function app.keep_quota();--> statement-breakpoint

-- What the workspace that somebody is in has in the store, and may have at most.
create function app.own_store() returns table (held bigint, most bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare organization uuid := app.current_organization();
begin
  if organization is null or app.current_user_id() is null then raise exception 'no member' using errcode = '42501'; end if;
  return query select app.bytes_held(organization), (select q.max_bytes from organization_quota q where q.organization_id = organization);
end $$;--> statement-breakpoint

-- A library counts its books but those in the trash.
create function app.count_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update library l set book_count = greatest(0, l.book_count + case when new.deleted_at is null then 1 else -1 end)
    where l.organization_id = new.organization_id and l.id = new.library_id;
  return null;
end $$;--> statement-breakpoint
create trigger book_count_deleted after update of deleted_at on book for each row
  when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function app.count_deleted();--> statement-breakpoint

-- Removes up to that many books that were in the trash for thirty days; see the policy book_trashed.
create function app.expire_trash(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  delete from book b using (
    select organization_id, id from book where deleted_at < now() - interval '30 days' limit most
  ) as over where b.organization_id = over.organization_id and b.id = over.id;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint

-- Removes up to that many uploads of which nothing came for a day, or that ended a day ago; see the policy upload_expired.
create function app.expire_uploads(most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare gone integer;
begin
  perform app.require_nobody();
  delete from upload u using (
    select organization_id, id from upload where state <> 'received' and updated_at < now() - interval '24 hours' limit most
  ) as over where u.organization_id = over.organization_id and u.id = over.id;
  get diagnostics gone = row_count;
  return gone;
end $$;--> statement-breakpoint

-- Those of these files of a workspace, each the id of its library, `/` and its path, that no book and no list of files knows.
create function app.unused_files(organization uuid, files text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query select file from unnest(files) file
    where not exists (
      select from library_folder d join library_file f on f.organization_id = d.organization_id and f.folder_id = d.id
      where d.organization_id = organization and d.library_id = left(file, 36)::uuid
        and f.path_hash = sha256(convert_to(substr(file, 38), 'UTF8')));
end $$;--> statement-breakpoint

-- Those of these uploads of a workspace whose parts nobody needs any more.
create function app.ended_uploads(organization uuid, uploads uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.require_nobody();
  return query select each from unnest(uploads) each
    where not exists (select from upload u where u.organization_id = organization and u.id = each and u.state in ('open', 'received'));
end $$;--> statement-breakpoint

revoke all on function app.bytes_held(uuid), app.keep_quota(), app.own_store(), app.count_deleted(), app.expire_trash(integer), app.expire_uploads(integer),
  app.unused_files(uuid, text[]), app.ended_uploads(uuid, uuid[]) from public;--> statement-breakpoint
grant execute on function app.own_store(), app.expire_trash(integer), app.expire_uploads(integer), app.unused_files(uuid, text[]),
  app.ended_uploads(uuid, uuid[]) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.bytes_held(uuid) owner to carrel_gate;--> statement-breakpoint
alter function app.keep_quota() owner to carrel_gate;--> statement-breakpoint
alter function app.own_store() owner to carrel_gate;--> statement-breakpoint
alter function app.count_deleted() owner to carrel_gate;--> statement-breakpoint
alter function app.expire_trash(integer) owner to carrel_gate;--> statement-breakpoint
alter function app.expire_uploads(integer) owner to carrel_gate;--> statement-breakpoint
alter function app.unused_files(uuid, text[]) owner to carrel_gate;--> statement-breakpoint
alter function app.ended_uploads(uuid, uuid[]) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
