set local check_function_bodies = off;--> statement-breakpoint
-- True when the actor holds what this guard of the catalogue asks for.
create function app.guarded(guard text) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from guard_permission g where g.guard = guarded.guard and app.may(g.permission))
$$;--> statement-breakpoint
revoke execute on function app.guarded(text) from public;--> statement-breakpoint
grant execute on function app.guarded(text) to carrel_app, carrel_gate;
