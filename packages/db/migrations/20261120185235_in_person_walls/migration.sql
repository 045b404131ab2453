-- Who may not share a library opens it to nobody, by its visibility either.
create function app.keep_shut() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if current_user = 'carrel_app' and not app.library_may(new.organization_id, new.id, 'library:share') then
    raise exception 'not allowed' using errcode = '42501';
  end if;
  return new;
end $$;--> statement-breakpoint
create trigger library_keep_shut before update of visibility on library for each row
  when (new.visibility = 'organization' and old.visibility <> 'organization') execute function app.keep_shut();--> statement-breakpoint

-- With a session of an operator ends what they began in others' places.
create function app.end_support() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  delete from session s where s.impersonated_by = old.user_id;
  return null;
end $$;--> statement-breakpoint
create trigger session_end_support after delete on session for each row
  when (old.impersonated_by is null) execute function app.end_support();--> statement-breakpoint
revoke execute on function app.keep_shut(), app.end_support() from public;--> statement-breakpoint
grant execute on function app.keep_shut() to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.end_support() owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
