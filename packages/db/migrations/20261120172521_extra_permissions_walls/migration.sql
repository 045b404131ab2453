revoke all on extra_permission from public;--> statement-breakpoint
grant select on extra_permission to carrel_app;--> statement-breakpoint
grant select, insert, delete on extra_permission to carrel_gate;--> statement-breakpoint
grant insert, delete on role_permission to carrel_gate;--> statement-breakpoint
grant delete on custom_role_permission to carrel_gate;--> statement-breakpoint

-- Adds a permission to the catalogue; these built-in roles hold it, and can give it on. False when there is one of that name.
create function app.add_permission(name text, label text, holders text[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not app.is_operator() then raise exception 'not allowed' using errcode = '42501'; end if;
  if exists (select from role_permission r where r.permission = add_permission.name) then return false; end if;
  insert into extra_permission (name, label) values (add_permission.name, add_permission.label) on conflict do nothing;
  if not found then return false; end if;
  insert into role_permission (role, permission) select holder, add_permission.name from unnest(holders) as holder;
  return true;
end $$;--> statement-breakpoint

-- Takes a permission that was added out of the catalogue and out of all roles. Answers how many roles of workspaces held it;
-- null when there is none.
create function app.remove_permission(name text) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare held integer; of record;
begin
  if not app.is_operator() then raise exception 'not allowed' using errcode = '42501'; end if;
  delete from extra_permission e where e.name = remove_permission.name;
  if not found then return null; end if;
  delete from role_permission r where r.permission = remove_permission.name;
  for of in select r.organization_id, r.id, r.name,
      jsonb_build_object('name', r.name, 'description', r.description, 'permissions', (
        select jsonb_agg(c.permission order by c.permission) from custom_role_permission c
        where c.organization_id = r.organization_id and c.role_id = r.id)) as was
    from custom_role r join custom_role_permission h on h.organization_id = r.organization_id and h.role_id = r.id
    where h.permission = remove_permission.name
  loop
    perform app.tell_workspace(of.organization_id, app.new_id(), 'updated', 'role', of.id, of.name, of.was,
      jsonb_set(of.was, '{permissions}', (of.was -> 'permissions') - remove_permission.name));
    perform pg_notify('carrel_events',
      json_build_object('type', 'changed', 'organizationId', of.organization_id, 'what', 'members')::text);
  end loop;
  delete from custom_role_permission c where c.permission = remove_permission.name;
  get diagnostics held = row_count;
  return held;
end $$;--> statement-breakpoint

revoke execute on function app.add_permission(text, text, text[]), app.remove_permission(text) from public;--> statement-breakpoint
grant execute on function app.add_permission(text, text, text[]), app.remove_permission(text) to carrel_app;--> statement-breakpoint
grant create on schema app to carrel_gate;--> statement-breakpoint
alter function app.add_permission(text, text, text[]) owner to carrel_gate;--> statement-breakpoint
alter function app.remove_permission(text) owner to carrel_gate;--> statement-breakpoint
revoke create on schema app from carrel_gate;
