-- What policies and triggers ask about gifts: what somebody holds by their roles, and what they could give.
set local check_function_bodies = off;--> statement-breakpoint

create function app.held_by(organization uuid, person uuid) returns text[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(array_agg(distinct p.permission), '{}') from (
    select p.permission from member_role r join role_permission p on p.role = r.builtin
      where r.organization_id = organization and r.user_id = person
    union all
    select p.permission from member_role r
      join custom_role_permission p on p.organization_id = r.organization_id and p.role_id = r.role_id
      where r.organization_id = organization and r.user_id = person
  ) p
$$;--> statement-breakpoint

-- True when somebody who holds this much could open the library to others at this level.
create function app.could_share(organization uuid, person uuid, held text[], library uuid, level text) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from library l
      left join library_access a on a.organization_id = l.organization_id and a.library_id = l.id and a.user_id = person
      cross join lateral (select held || array(select p.permission from level_permission p where p.level = a.level) as held) there
      where l.organization_id = could_share.organization and l.id = could_share.library
        and ((l.visibility = 'organization' and 'library:read' = any (held)) or 'library:read-restricted' = any (held) or a.user_id is not null)
        and 'library:share' = any (there.held)
        and not exists (select from level_permission p where p.level = could_share.level and p.permission <> all (there.held))
  )
$$;--> statement-breakpoint

-- True when this member could give all that the invitation or join link gives, as things stand now.
create function app.could_give(organization uuid, person uuid, invitation uuid, link uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from (select app.held_by(could_give.organization, person) as all) held
    where 'invitation:create' = any (held.all)
      and exists (select from member m where m.organization_id = could_give.organization and m.user_id = person)
      and not exists (
        select from admission a
        where a.organization_id = could_give.organization and (a.invitation_id = could_give.invitation or a.join_link_id = link)
          and (exists (select from role_permission p where p.role = a.builtin and p.permission <> all (held.all))
            or exists (select from custom_role_permission p
              where p.organization_id = a.organization_id and p.role_id = a.role_id and p.permission <> all (held.all))
            or exists (select from library_grant g
              where g.organization_id = a.organization_id and g.team_id = a.team_id
                and not app.could_share(g.organization_id, person, held.all, g.library_id, g.level))
            or (a.library_id is not null and not app.could_share(a.organization_id, person, held.all, a.library_id, a.level)))
      )
  )
$$;--> statement-breakpoint

-- True when the actor could give all that this invitation gives: a link to it is a way to give it.
create function app.may_give(organization uuid, invitation uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select organization = app.current_organization() and app.could_give(organization, app.current_user_id(), invitation, null)
$$;
