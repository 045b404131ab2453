-- What policies read: the context of the transaction. Set by the functions of the walls migration only.
create schema app;--> statement-breakpoint
grant usage on schema app to carrel_app, carrel_gate;--> statement-breakpoint
set local check_function_bodies = off;--> statement-breakpoint

create function app.current_organization() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.organization_id', true), '')::uuid $$;--> statement-breakpoint

create function app.current_user_id() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.user_id', true), '')::uuid $$;--> statement-breakpoint

create function app.is_operator() returns boolean language sql stable parallel safe as
$$ select coalesce(current_setting('app.operator', true) = 'on', false) $$;--> statement-breakpoint

create function app.job_library() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.job_library', true), '')::uuid $$;--> statement-breakpoint

create function app.visible_libraries() returns uuid[] language sql stable parallel safe as
$$ select string_to_array(nullif(current_setting('app.libraries', true), ''), ',')::uuid[] $$;--> statement-breakpoint

create function app.may(permission text) returns boolean language sql stable parallel safe as
$$ select coalesce(permission = any (string_to_array(current_setting('app.permissions', true), ',')), false) $$;--> statement-breakpoint

-- The one rule of who sees a library: it is open, or the actor sees restricted ones, or it was shared
-- with them, or it is the library of the running job.
create function app.sees_library(organization uuid, library uuid, visibility text) returns boolean
language sql stable parallel safe as $$
  select (visibility = 'organization' and app.may('library:read'))
    or app.may('library:read-restricted')
    or library = app.job_library()
    or exists (
      select from public.library_access a
      where a.organization_id = organization and a.library_id = library and a.user_id = app.current_user_id()
    )
$$;
