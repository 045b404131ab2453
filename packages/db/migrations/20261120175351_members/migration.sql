ALTER TABLE "invitation" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "member" ADD COLUMN "last_seen_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "join_link" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER POLICY "invitation_token_make" ON "invitation_token" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('invitation:create')) and app.may_give(organization_id, invitation_id));