alter table outbox force row level security;--> statement-breakpoint
revoke all on outbox from public;--> statement-breakpoint
grant select on audit_event to carrel_gate;--> statement-breakpoint
grant select, insert, update, delete on outbox to carrel_gate;--> statement-breakpoint

create function app.note_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into outbox (organization_id, event_id) values (new.organization_id, new.id);
  perform pg_notify('carrel_events', '{"type":"outbox"}');
  return null;
end $$;--> statement-breakpoint
create trigger audit_event_outbox after insert on audit_event for each row
  when (new.action ~ '\.(created|updated|deleted)$') execute function app.note_event();--> statement-breakpoint

-- What the server itself is to tell its listeners, oldest first. For five minutes nobody else gets it.
create function app.claim_events(count integer)
returns table (
  organization_id uuid, id uuid, at timestamptz, actor_id uuid, actor_name text, impersonator_id uuid, action text,
  target_id text, target_name text, before jsonb, after jsonb, attempts integer, heard_by text[]
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if app.current_user_id() is not null then raise exception 'not allowed' using errcode = '42501'; end if;
  return query
    with due as (
      select o.organization_id, o.event_id from outbox o where o.due_at <= now() order by o.due_at limit claim_events.count for update skip locked
    ), claimed as (
      update outbox o set attempts = o.attempts + 1, due_at = now() + interval '5 minutes'
      from due where o.organization_id = due.organization_id and o.event_id = due.event_id
      returning o.organization_id, o.event_id, o.attempts, o.heard_by
    )
    select e.organization_id, e.id, e.at, e.actor_id, e.actor_name, e.impersonator_id, e.action,
      e.target_id, e.target_name, e.before, e.after, c.attempts, c.heard_by
    from claimed c join audit_event e on e.organization_id = c.organization_id and e.id = c.event_id order by e.at, e.id;
end $$;--> statement-breakpoint

-- These listeners heard of the event; with done, nobody need hear of it any more. Otherwise it is due again, later after each try.
create function app.note_heard(organization uuid, event uuid, listeners text[], done boolean) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.current_user_id() is not null then raise exception 'not allowed' using errcode = '42501'; end if;
  if done then
    delete from outbox o where o.organization_id = organization and o.event_id = event;
  else
    update outbox o set heard_by = listeners, due_at = now() + least(interval '5 seconds' * 2 ^ least(o.attempts, 20), interval '12 hours')
      where o.organization_id = organization and o.event_id = event;
  end if;
end $$;--> statement-breakpoint

revoke execute on function app.note_event(), app.claim_events(integer), app.note_heard(uuid, uuid, text[], boolean) from public;--> statement-breakpoint
grant execute on function app.claim_events(integer), app.note_heard(uuid, uuid, text[], boolean) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.note_event() owner to carrel_gate;--> statement-breakpoint
alter function app.claim_events(integer) owner to carrel_gate;--> statement-breakpoint
alter function app.note_heard(uuid, uuid, text[], boolean) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
