CREATE TABLE "admission" (
	"organization_id" uuid,
	"id" uuid,
	"invitation_id" uuid,
	"join_link_id" uuid,
	"builtin" text,
	"role_id" uuid,
	"team_id" uuid,
	"library_id" uuid,
	"level" text,
	CONSTRAINT "admission_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "admission_of_one" CHECK (num_nonnulls(invitation_id, join_link_id) = 1),
	CONSTRAINT "admission_to_one" CHECK (num_nonnulls(builtin, role_id, team_id, library_id) = 1 and (library_id is null) = (level is null))
);
--> statement-breakpoint
ALTER TABLE "admission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "invitation_token" (
	"organization_id" uuid,
	"hash" bytea,
	"invitation_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitation_token_pkey" PRIMARY KEY("organization_id","hash")
);
--> statement-breakpoint
ALTER TABLE "invitation_token" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "join_link" (
	"organization_id" uuid,
	"id" uuid,
	"token_hash" bytea NOT NULL,
	"created_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"max_uses" integer,
	"uses" integer DEFAULT 0 NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "join_link_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "join_link" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "mail" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid,
	"invitation_id" uuid,
	"kind" text NOT NULL,
	"recipient" text NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"sealed" text,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"answer" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "mail" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "invitation_organization_id_index";--> statement-breakpoint
ALTER TABLE "invitation" ADD COLUMN "ended_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_key" UNIQUE("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "invitation_pending" ON "invitation" ("organization_id","email") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "admission_organization_id_invitation_id_index" ON "admission" ("organization_id","invitation_id");--> statement-breakpoint
CREATE INDEX "admission_organization_id_join_link_id_index" ON "admission" ("organization_id","join_link_id");--> statement-breakpoint
CREATE INDEX "invitation_token_hash_index" ON "invitation_token" ("hash");--> statement-breakpoint
CREATE INDEX "invitation_token_organization_id_invitation_id_index" ON "invitation_token" ("organization_id","invitation_id");--> statement-breakpoint
CREATE INDEX "join_link_token_hash_index" ON "join_link" ("token_hash");--> statement-breakpoint
CREATE INDEX "mail_organization_id_invitation_id_index" ON "mail" ("organization_id","invitation_id");--> statement-breakpoint
CREATE INDEX "mail_waiting" ON "mail" ("created_at") WHERE state = 'queued';--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_invitation_fkey" FOREIGN KEY ("organization_id","invitation_id") REFERENCES "invitation"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_RwTcVHP3OybX_fkey" FOREIGN KEY ("organization_id","join_link_id") REFERENCES "join_link"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_jBYeHiwT3oOZ_fkey" FOREIGN KEY ("organization_id","role_id") REFERENCES "custom_role"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_organization_id_team_id_team_organization_id_id_fkey" FOREIGN KEY ("organization_id","team_id") REFERENCES "team"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_OakSMzqIzjat_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "invitation_token" ADD CONSTRAINT "invitation_token_invitation_fkey" FOREIGN KEY ("organization_id","invitation_id") REFERENCES "invitation"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "join_link" ADD CONSTRAINT "join_link_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "join_link" ADD CONSTRAINT "join_link_created_by_user_id_fkey" FOREIGN KEY ("created_by") REFERENCES "user"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "mail" ADD CONSTRAINT "mail_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "mail" ADD CONSTRAINT "mail_invitation_fkey" FOREIGN KEY ("organization_id","invitation_id") REFERENCES "invitation"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "invitation_read" ON "invitation" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('invitation:read')));--> statement-breakpoint
CREATE POLICY "invitation_make" ON "invitation" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create')) and inviter_id = (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "invitation_change" ON "invitation" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('invitation:cancel')) and status = 'pending') WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:cancel')));--> statement-breakpoint
CREATE POLICY "invitation_end" ON "invitation" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "admission_read" ON "admission" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('invitation:read')));--> statement-breakpoint
CREATE POLICY "admission_make" ON "admission" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create'))
        and app.within_mine(organization_id, builtin, role_id)
        and (team_id is null or app.shares_like_team(organization_id, team_id))
        and (library_id is null or app.may_share(organization_id, library_id, level)));--> statement-breakpoint
CREATE POLICY "admission_gate" ON "admission" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "invitation_token_make" ON "invitation_token" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create')));--> statement-breakpoint
CREATE POLICY "invitation_token_gate" ON "invitation_token" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "join_link_read" ON "join_link" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('invitation:read')));--> statement-breakpoint
CREATE POLICY "join_link_make" ON "join_link" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create')) and created_by = (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "join_link_revoke" ON "join_link" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('invitation:cancel')));--> statement-breakpoint
CREATE POLICY "join_link_gate" ON "join_link" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "join_link_use" ON "join_link" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "mail_read" ON "mail" AS PERMISSIVE FOR SELECT TO "carrel_app" USING ((organization_id = (select app.current_organization()) and (select app.may('invitation:read'))) or id = (select app.job_mail()));--> statement-breakpoint
CREATE POLICY "mail_queue" ON "mail" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create')));--> statement-breakpoint
CREATE POLICY "mail_sent" ON "mail" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (id = (select app.job_mail())) WITH CHECK (id = (select app.job_mail()));--> statement-breakpoint
CREATE POLICY "mail_auth" ON "mail" AS PERMISSIVE FOR INSERT TO "carrel_auth" WITH CHECK (organization_id is null);