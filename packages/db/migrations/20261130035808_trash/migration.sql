CREATE POLICY "book_emptied" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (merged_into is null and deleted_at is not null and organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'book:delete'));--> statement-breakpoint

-- Removes books of the trash for good, with everyone's place in them: these, or any up to that many. How many went.
create function app.empty_trash(library uuid, books uuid[], most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org constant uuid := app.current_organization();
  chosen uuid[];
begin
  perform app.require_in_library(library, 'book:delete');
  select coalesce(array_agg(c.id), '{}') into chosen from (
    select b.id from book b where b.organization_id = org and b.library_id = empty_trash.library and b.deleted_at is not null and b.merged_into is null
      and (books is null or b.id = any (books)) order by b.id limit most for update) as c;
  perform app.discount(chosen, array_fill(org, array[cardinality(chosen)]));
  delete from book b where b.organization_id = org and b.id = any (chosen);
  return cardinality(chosen);
end $$;--> statement-breakpoint
revoke execute on function app.empty_trash(uuid, uuid[], integer) from public;--> statement-breakpoint
grant execute on function app.empty_trash(uuid, uuid[], integer) to carrel_gate, carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.empty_trash(uuid, uuid[], integer) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
