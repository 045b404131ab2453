CREATE TABLE "audit_event" (
	"organization_id" uuid,
	"id" uuid,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"actor_id" uuid,
	"actor_name" text NOT NULL,
	"impersonator_id" uuid,
	"address" text,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text,
	"target_name" text,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "audit_event_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "audit_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "custom_role" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "custom_role_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "custom_role_name" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "custom_role" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "custom_role_permission" (
	"organization_id" uuid,
	"role_id" uuid,
	"permission" text,
	CONSTRAINT "custom_role_permission_pkey" PRIMARY KEY("organization_id","role_id","permission")
);
--> statement-breakpoint
ALTER TABLE "custom_role_permission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "library_grant" (
	"organization_id" uuid,
	"library_id" uuid,
	"user_id" uuid,
	"team_id" uuid,
	"grantee" uuid GENERATED ALWAYS AS (coalesce(user_id, team_id)) STORED,
	"level" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "library_grant_pkey" PRIMARY KEY("organization_id","library_id","grantee"),
	CONSTRAINT "library_grant_one" CHECK (num_nonnulls(user_id, team_id) = 1)
);
--> statement-breakpoint
ALTER TABLE "library_grant" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "member_role" (
	"organization_id" uuid,
	"user_id" uuid,
	"builtin" text,
	"role_id" uuid,
	"key" text GENERATED ALWAYS AS (coalesce(builtin, role_id::text)) STORED,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_role_pkey" PRIMARY KEY("organization_id","user_id","key"),
	CONSTRAINT "member_role_one" CHECK (num_nonnulls(builtin, role_id) = 1)
);
--> statement-breakpoint
ALTER TABLE "member_role" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "team" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "team_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "team_name" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "team" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "team_member" (
	"organization_id" uuid,
	"team_id" uuid,
	"user_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "team_member_pkey" PRIMARY KEY("organization_id","team_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "team_member" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "level_permission" (
	"level" text,
	"permission" text,
	CONSTRAINT "level_permission_pkey" PRIMARY KEY("level","permission")
);
--> statement-breakpoint
ALTER TABLE "level_permission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "suspended_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "deleted_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "audit_event_organization_id_at_id_index" ON "audit_event" ("organization_id","at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "library_grant_organization_id_user_id_index" ON "library_grant" ("organization_id","user_id");--> statement-breakpoint
CREATE INDEX "library_grant_organization_id_team_id_index" ON "library_grant" ("organization_id","team_id");--> statement-breakpoint
CREATE INDEX "member_role_organization_id_role_id_index" ON "member_role" ("organization_id","role_id");--> statement-breakpoint
CREATE INDEX "team_member_organization_id_user_id_index" ON "team_member" ("organization_id","user_id");--> statement-breakpoint
ALTER TABLE "audit_event" ADD CONSTRAINT "audit_event_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "custom_role" ADD CONSTRAINT "custom_role_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "custom_role_permission" ADD CONSTRAINT "custom_role_permission_vxtd8e2iP07k_fkey" FOREIGN KEY ("organization_id","role_id") REFERENCES "custom_role"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_grant" ADD CONSTRAINT "library_grant_bUaATdk2K7pU_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_grant" ADD CONSTRAINT "library_grant_member_fkey" FOREIGN KEY ("organization_id","user_id") REFERENCES "member"("organization_id","user_id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_grant" ADD CONSTRAINT "library_grant_team_fkey" FOREIGN KEY ("organization_id","team_id") REFERENCES "team"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "member_role" ADD CONSTRAINT "member_role_member_fkey" FOREIGN KEY ("organization_id","user_id") REFERENCES "member"("organization_id","user_id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "member_role" ADD CONSTRAINT "member_role_zkeXcHQuw2fx_fkey" FOREIGN KEY ("organization_id","role_id") REFERENCES "custom_role"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "team" ADD CONSTRAINT "team_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_team_fkey" FOREIGN KEY ("organization_id","team_id") REFERENCES "team"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_member_fkey" FOREIGN KEY ("organization_id","user_id") REFERENCES "member"("organization_id","user_id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "member_remove" ON "member" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (user_id = (select app.current_user_id()) or ((select app.may('member:remove')) and app.outranks(organization_id, user_id))));--> statement-breakpoint
CREATE POLICY "member_mirror" ON "member" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "user_read" ON "user" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (id = (select app.current_user_id()) or (select app.is_operator())
        or ((select app.may('member:read')) and id in (select user_id from member where organization_id = (select app.current_organization()))));--> statement-breakpoint
CREATE POLICY "audit_event_read" ON "audit_event" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('audit:read')));--> statement-breakpoint
CREATE POLICY "audit_event_write" ON "audit_event" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and actor_id is not distinct from (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "audit_event_make" ON "audit_event" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "custom_role_read" ON "custom_role" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('role:read')));--> statement-breakpoint
CREATE POLICY "custom_role_insert" ON "custom_role" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('role:manage')));--> statement-breakpoint
CREATE POLICY "custom_role_update" ON "custom_role" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('role:manage')) and app.within_mine(organization_id, null, id));--> statement-breakpoint
CREATE POLICY "custom_role_delete" ON "custom_role" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('role:manage')) and app.within_mine(organization_id, null, id));--> statement-breakpoint
CREATE POLICY "custom_role_gate" ON "custom_role" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "custom_role_permission_read" ON "custom_role_permission" AS PERMISSIVE FOR SELECT TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.may('role:read')))
        or (organization_id, role_id) in (select organization_id, role_id from member_role where user_id = (select app.current_user_id())));--> statement-breakpoint
CREATE POLICY "custom_role_permission_insert" ON "custom_role_permission" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('role:manage')) and app.may(permission));--> statement-breakpoint
CREATE POLICY "custom_role_permission_delete" ON "custom_role_permission" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('role:manage')) and app.may(permission));--> statement-breakpoint
CREATE POLICY "custom_role_permission_gate" ON "custom_role_permission" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "library_grant_read" ON "library_grant" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.may_share(organization_id, library_id, 'viewer'));--> statement-breakpoint
CREATE POLICY "library_grant_insert" ON "library_grant" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and app.may_share(organization_id, library_id, level));--> statement-breakpoint
CREATE POLICY "library_grant_update" ON "library_grant" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.may_share(organization_id, library_id, level)) WITH CHECK (organization_id = (select app.current_organization()) and app.may_share(organization_id, library_id, level));--> statement-breakpoint
CREATE POLICY "library_grant_delete" ON "library_grant" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.may_share(organization_id, library_id, level));--> statement-breakpoint
CREATE POLICY "library_grant_gate" ON "library_grant" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "member_role_read" ON "member_role" AS PERMISSIVE FOR SELECT TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.may('member:read'))) or user_id = (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "member_role_insert" ON "member_role" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('role:assign')) and app.within_mine(organization_id, builtin, role_id));--> statement-breakpoint
CREATE POLICY "member_role_delete" ON "member_role" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('role:assign')) and app.within_mine(organization_id, builtin, role_id));--> statement-breakpoint
CREATE POLICY "member_role_make" ON "member_role" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "member_role_gate" ON "member_role" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "team_read" ON "team" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('team:read')));--> statement-breakpoint
CREATE POLICY "team_insert" ON "team" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('team:manage')));--> statement-breakpoint
CREATE POLICY "team_update" ON "team" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('team:manage')));--> statement-breakpoint
CREATE POLICY "team_delete" ON "team" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('team:manage')) and app.shares_like_team(organization_id, id));--> statement-breakpoint
CREATE POLICY "team_gate" ON "team" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "team_member_read" ON "team_member" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('team:read')));--> statement-breakpoint
CREATE POLICY "team_member_insert" ON "team_member" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('team:manage')) and app.shares_like_team(organization_id, team_id));--> statement-breakpoint
CREATE POLICY "team_member_delete" ON "team_member" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('team:manage')));--> statement-breakpoint
CREATE POLICY "team_member_gate" ON "team_member" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "level_permission_read" ON "level_permission" AS PERMISSIVE FOR SELECT TO "carrel_app", "carrel_gate" USING (true);--> statement-breakpoint
ALTER POLICY "member_read" ON "member" TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.may('member:read'))) or user_id = (select app.current_user_id()));--> statement-breakpoint
ALTER POLICY "library_update" ON "library" TO "carrel_app" USING (organization_id = (select app.current_organization()) and ((app.library_may(organization_id, id, 'library:update') and app.sees_library(organization_id, id, visibility)) or id = (select app.job_library()))) WITH CHECK (organization_id = (select app.current_organization()) and ((app.library_may(organization_id, id, 'library:update') and app.sees_library(organization_id, id, visibility)) or id = (select app.job_library())));--> statement-breakpoint
DROP POLICY "library_access_gate" ON "library_access";--> statement-breakpoint
CREATE POLICY "library_access_gate" ON "library_access" AS PERMISSIVE FOR ALL TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
ALTER POLICY "scan_create" ON "scan" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:scan') and library_id in (select id from library));