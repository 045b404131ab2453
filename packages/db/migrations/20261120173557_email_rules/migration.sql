-- The operator who acts in the current user's place.
create function app.impersonator_id() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.impersonator_id', true), '')::uuid $$;--> statement-breakpoint
revoke execute on function app.impersonator_id() from public;--> statement-breakpoint
grant execute on function app.impersonator_id() to carrel_app, carrel_gate;
