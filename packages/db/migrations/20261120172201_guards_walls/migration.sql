revoke all on guard_permission from public;--> statement-breakpoint
grant select on guard_permission to carrel_app, carrel_gate;
