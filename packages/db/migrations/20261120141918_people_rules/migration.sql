-- What the policies of people, roles and grants ask. Those that read more than the actor may are the gate's.
set local check_function_bodies = off;--> statement-breakpoint

-- True when the actor holds the permission in the organization, or by a grant on this library.
create function app.library_may(organization uuid, library uuid, permission text) returns boolean
language sql stable parallel safe as $$
  select app.may(permission) or exists (
    select from public.library_access a join public.level_permission p on p.level = a.level
    where a.organization_id = organization and a.library_id = library and a.user_id = app.current_user_id()
      and p.permission = library_may.permission
  )
$$;--> statement-breakpoint

-- True when the actor holds all that this role holds. Nobody gives, takes or changes a role beyond their own rights.
create function app.within_mine(organization uuid, builtin text, role uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select organization = app.current_organization()
    and not exists (select from role_permission p where p.role = builtin and not app.may(p.permission))
    and not exists (select from custom_role_permission p
      where p.organization_id = organization and p.role_id = within_mine.role and not app.may(p.permission))
$$;--> statement-breakpoint

-- True when no role of this member goes beyond the actor's own rights.
create function app.outranks(organization uuid, member uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select not exists (select from member_role r where r.organization_id = organization and r.user_id = member
    and not app.within_mine(r.organization_id, r.builtin, r.role_id))
$$;--> statement-breakpoint

-- True when the actor may open this library to others at this level: they see it, may share it, and hold all the level gives.
create function app.may_share(organization uuid, library uuid, level text) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select organization = app.current_organization()
    and exists (select from library l where l.organization_id = organization and l.id = may_share.library
      and app.sees_library(l.organization_id, l.id, l.visibility))
    and app.library_may(organization, library, 'library:share')
    and not exists (select from level_permission p
      where p.level = may_share.level and not app.library_may(organization, library, p.permission))
$$;--> statement-breakpoint

-- True when the actor could give each library that this team has, so that a team opens nobody's door for its manager.
create function app.shares_like_team(organization uuid, team uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select not exists (select from library_grant g where g.organization_id = organization and g.team_id = team
    and not app.may_share(g.organization_id, g.library_id, g.level))
$$;
