CREATE TABLE "guard_permission" (
	"guard" text,
	"permission" text,
	CONSTRAINT "guard_permission_pkey" PRIMARY KEY("guard","permission")
);
--> statement-breakpoint
ALTER TABLE "guard_permission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "guard_permission_read" ON "guard_permission" AS PERMISSIVE FOR SELECT TO "carrel_app", "carrel_gate" USING (true);--> statement-breakpoint
ALTER POLICY "custom_role_read" ON "custom_role" TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.guarded('roles.view')));--> statement-breakpoint
ALTER POLICY "custom_role_insert" ON "custom_role" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.guarded('roles.manage')));--> statement-breakpoint
ALTER POLICY "custom_role_update" ON "custom_role" TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.guarded('roles.manage')) and app.within_mine(organization_id, null, id));--> statement-breakpoint
ALTER POLICY "custom_role_delete" ON "custom_role" TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.guarded('roles.manage')) and app.within_mine(organization_id, null, id));--> statement-breakpoint
ALTER POLICY "custom_role_permission_read" ON "custom_role_permission" TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.guarded('roles.view')))
        or (organization_id, role_id) in (select organization_id, role_id from member_role where user_id = (select app.current_user_id())));--> statement-breakpoint
ALTER POLICY "custom_role_permission_insert" ON "custom_role_permission" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.guarded('roles.manage')) and app.may(permission));--> statement-breakpoint
ALTER POLICY "custom_role_permission_delete" ON "custom_role_permission" TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.guarded('roles.manage')) and app.may(permission));--> statement-breakpoint
ALTER POLICY "member_role_read" ON "member_role" TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.guarded('assignments.view'))) or user_id = (select app.current_user_id()));--> statement-breakpoint
ALTER POLICY "member_role_insert" ON "member_role" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.guarded('assignments.manage')) and app.within_mine(organization_id, builtin, role_id));--> statement-breakpoint
ALTER POLICY "member_role_delete" ON "member_role" TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.guarded('assignments.manage')) and app.within_mine(organization_id, builtin, role_id));