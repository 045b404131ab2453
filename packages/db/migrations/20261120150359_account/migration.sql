CREATE TABLE "organization_slug" (
	"slug" text PRIMARY KEY,
	"organization_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "organization_slug" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "language" text DEFAULT 'en' NOT NULL;--> statement-breakpoint
CREATE INDEX "organization_slug_organization_id_index" ON "organization_slug" ("organization_id");--> statement-breakpoint
ALTER TABLE "organization_slug" ADD CONSTRAINT "organization_slug_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "organization_change" ON "organization" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (id = (select app.current_organization()) and (select app.may('organization:update')));--> statement-breakpoint
CREATE POLICY "organization_doors" ON "organization" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_slug_gate" ON "organization_slug" AS PERMISSIVE FOR ALL TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "session_own" ON "session" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (user_id = (select app.current_user_id()) or (select app.is_operator()));--> statement-breakpoint
CREATE POLICY "session_end" ON "session" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (user_id = (select app.current_user_id()) or (select app.is_operator()));--> statement-breakpoint
CREATE POLICY "user_rename" ON "user" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (id = (select app.current_user_id()));