CREATE TABLE "attempt" (
	"key" bytea PRIMARY KEY,
	"count" integer NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "attempt" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "email_token" (
	"hash" bytea PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"email" text NOT NULL,
	"current" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "email_token" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "attempt_ends_at_index" ON "attempt" ("ends_at");--> statement-breakpoint
CREATE INDEX "email_token_user_id_index" ON "email_token" ("user_id");--> statement-breakpoint
ALTER TABLE "email_token" ADD CONSTRAINT "email_token_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "attempt_auth" ON "attempt" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "email_token_auth" ON "email_token" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
ALTER POLICY "session_end" ON "session" TO "carrel_app" USING (user_id = (select app.current_user_id()) and ((select app.impersonator_id()) is null or impersonated_by = (select app.impersonator_id())));--> statement-breakpoint
ALTER POLICY "user_rename" ON "user" TO "carrel_app" USING (id = (select app.current_user_id()) and (select app.impersonator_id()) is null);