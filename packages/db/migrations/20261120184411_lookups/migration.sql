CREATE INDEX "email_token_expires_at_index" ON "email_token" ("expires_at");--> statement-breakpoint
CREATE INDEX "invitation_inviter_id_index" ON "invitation" ("inviter_id");--> statement-breakpoint
CREATE INDEX "session_expires_at_index" ON "session" ("expires_at");--> statement-breakpoint
CREATE INDEX "verification_value_index" ON "verification" ("value");--> statement-breakpoint
CREATE INDEX "verification_expires_at_index" ON "verification" ("expires_at");--> statement-breakpoint
CREATE INDEX "join_link_created_by_index" ON "join_link" ("created_by");--> statement-breakpoint
CREATE INDEX "library_access_user_id_index" ON "library_access" ("user_id");