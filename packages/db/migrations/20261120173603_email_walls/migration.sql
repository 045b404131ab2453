alter table email_token force row level security;--> statement-breakpoint
alter table attempt force row level security;--> statement-breakpoint
revoke all on email_token, attempt from public;--> statement-breakpoint
grant select, insert, update, delete on email_token, attempt to carrel_auth;
