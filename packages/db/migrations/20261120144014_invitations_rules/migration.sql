-- The mail that the current job sends.
create function app.job_mail() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.job_mail', true), '')::uuid $$;--> statement-breakpoint
revoke execute on function app.job_mail() from public;--> statement-breakpoint
grant execute on function app.job_mail() to carrel_app, carrel_gate;
