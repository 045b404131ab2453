CREATE TABLE "instance_event" (
	"id" uuid PRIMARY KEY,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"actor_id" uuid,
	"actor_name" text NOT NULL,
	"address" text,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text,
	"target_name" text,
	"reason" text,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
ALTER TABLE "instance_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "suspension_reason" text;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "deleted_by_operator" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "file_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "instance" ADD COLUMN "sign_up" text DEFAULT 'invite' NOT NULL;--> statement-breakpoint
CREATE INDEX "organization_by_name" ON "organization" (lower("name") collate "C","id");--> statement-breakpoint
CREATE INDEX "session_impersonated" ON "session" ("impersonated_by") WHERE impersonated_by is not null;--> statement-breakpoint
CREATE INDEX "user_by_name" ON "user" (lower("name") collate "C","id");--> statement-breakpoint
CREATE INDEX "user_banned" ON "user" ("id") WHERE banned;--> statement-breakpoint
CREATE INDEX "user_operator" ON "user" ("id") WHERE role <> 'user';--> statement-breakpoint
CREATE INDEX "instance_event_at_id_index" ON "instance_event" ("at","id");--> statement-breakpoint
CREATE INDEX "instance_event_actor_id_at_index" ON "instance_event" ("actor_id","at");--> statement-breakpoint
CREATE INDEX "instance_event_target_id_at_index" ON "instance_event" ("target_id","at");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_support" CHECK (impersonated_by is null or expires_at <= created_at + interval '61 minutes');--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_sign_up" CHECK (sign_up in ('open', 'invite', 'closed'));--> statement-breakpoint
CREATE POLICY "mail_operator" ON "mail" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id is null and (select app.is_operator()));--> statement-breakpoint
CREATE POLICY "instance_change" ON "instance" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING ((select app.is_operator())) WITH CHECK ((select app.is_operator()));--> statement-breakpoint
CREATE POLICY "instance_event_read" ON "instance_event" AS PERMISSIVE FOR SELECT TO "carrel_app" USING ((select app.is_operator()));--> statement-breakpoint
CREATE POLICY "instance_event_write" ON "instance_event" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK ((select app.is_operator()) and actor_id is not distinct from (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "instance_event_gate" ON "instance_event" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);