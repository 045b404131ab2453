CREATE TABLE "organization_quota" (
	"organization_id" uuid PRIMARY KEY,
	"max_bytes" bigint NOT NULL,
	CONSTRAINT "organization_quota_size" CHECK (max_bytes >= 0)
);
--> statement-breakpoint
ALTER TABLE "organization_quota" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "upload" (
	"organization_id" uuid,
	"id" uuid,
	"library_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"size" bigint NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"parts" bigint[] DEFAULT '{}'::bigint[] NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"problem" text,
	"problem_detail" text,
	"book_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upload_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "upload_state" CHECK (state in ('open', 'received', 'done', 'refused')),
	CONSTRAINT "upload_size" CHECK (size > 0 and received between 0 and size and (state <> 'received' or received = size))
);
--> statement-breakpoint
ALTER TABLE "upload" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "kind" text DEFAULT 'folders' NOT NULL;--> statement-breakpoint
CREATE INDEX "book_deleted" ON "book" ("organization_id","library_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "upload_organization_id_library_id_user_id_index" ON "upload" ("organization_id","library_id","user_id");--> statement-breakpoint
CREATE INDEX "upload_organization_id_book_id_index" ON "upload" ("organization_id","book_id");--> statement-breakpoint
CREATE INDEX "upload_user_id_index" ON "upload" ("user_id");--> statement-breakpoint
CREATE INDEX "upload_updated_at_index" ON "upload" ("updated_at");--> statement-breakpoint
ALTER TABLE "organization_quota" ADD CONSTRAINT "organization_quota_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_kLV6J5G8sPRV_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_organization_id_book_id_book_organization_id_id_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "book_trash" ON "book" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is null and library_id = any ((select app.visible_libraries())::uuid[])
  and app.library_may(organization_id, library_id, 'book:delete')
  and exists (select from library l where l.organization_id = book.organization_id and l.id = book.library_id and l.kind = 'managed')) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is null and library_id = any ((select app.visible_libraries())::uuid[])
  and app.library_may(organization_id, library_id, 'book:delete')
  and exists (select from library l where l.organization_id = book.organization_id and l.id = book.library_id and l.kind = 'managed'));--> statement-breakpoint
CREATE POLICY "book_trashed" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (deleted_at < now() - interval '30 days');--> statement-breakpoint
CREATE POLICY "library_file_gate" ON "library_file" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "library_count" ON "library" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (kind = 'managed') WITH CHECK (kind = 'managed');--> statement-breakpoint
CREATE POLICY "scan_upload" ON "scan" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and reason = 'upload' and folder_id is null and book_id is null and not confirmed
        and app.library_may(organization_id, library_id, 'book:upload') and library_id in (select id from library where kind = 'managed'));--> statement-breakpoint
CREATE POLICY "organization_quota_read" ON "organization_quota" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "organization_quota_operator" ON "organization_quota" AS PERMISSIVE FOR ALL TO "carrel_app" USING ((select app.is_operator())) WITH CHECK ((select app.is_operator()));--> statement-breakpoint
CREATE POLICY "organization_quota_gate" ON "organization_quota" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "upload_read" ON "upload" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and ((user_id = (select app.current_user_id()) and library_id = any ((select app.visible_libraries())::uuid[])) or library_id = (select app.job_library())));--> statement-breakpoint
CREATE POLICY "upload_create" ON "upload" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and user_id = (select app.current_user_id()) and state = 'open' and received = 0 and app.library_may(organization_id, library_id, 'book:upload') and library_id in (select id from library where kind = 'managed'));--> statement-breakpoint
CREATE POLICY "upload_update" ON "upload" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and ((user_id = (select app.current_user_id()) and state = 'open' and app.library_may(organization_id, library_id, 'book:upload') and library_id = any ((select app.visible_libraries())::uuid[])) or library_id = (select app.job_library()))) WITH CHECK (organization_id = (select app.current_organization()) and ((user_id = (select app.current_user_id()) and state in ('open', 'received') and app.library_may(organization_id, library_id, 'book:upload') and library_id = any ((select app.visible_libraries())::uuid[])) or library_id = (select app.job_library())));--> statement-breakpoint
CREATE POLICY "upload_delete" ON "upload" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and user_id = (select app.current_user_id()) and state <> 'received');--> statement-breakpoint
CREATE POLICY "upload_gate" ON "upload" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "upload_expired" ON "upload" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (state <> 'received' and updated_at < now() - interval '24 hours');