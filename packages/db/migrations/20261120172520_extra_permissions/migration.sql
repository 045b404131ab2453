CREATE TABLE "extra_permission" (
	"name" text PRIMARY KEY,
	"label" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "extra_permission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "custom_role_permission_shorten" ON "custom_role_permission" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "extra_permission_read" ON "extra_permission" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (true);--> statement-breakpoint
CREATE POLICY "extra_permission_gate" ON "extra_permission" AS PERMISSIVE FOR ALL TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "role_permission_extend" ON "role_permission" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "role_permission_shorten" ON "role_permission" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (true);