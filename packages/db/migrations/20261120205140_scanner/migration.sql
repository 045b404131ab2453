CREATE TABLE "book_edit" (
	"organization_id" uuid,
	"book_id" uuid,
	"values" jsonb NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "book_edit_pkey" PRIMARY KEY("organization_id","book_id")
);
--> statement-breakpoint
ALTER TABLE "book_edit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "former_content" (
	"organization_id" uuid,
	"library_id" uuid,
	"sha256" text,
	"book_id" uuid NOT NULL,
	"file_id" uuid,
	"scan_id" uuid,
	CONSTRAINT "former_content_pkey" PRIMARY KEY("organization_id","library_id","sha256")
);
--> statement-breakpoint
ALTER TABLE "former_content" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "cover_file_id" uuid;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "cover_file_sha256" text;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "page_count" integer;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "duration" real;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "missing_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "missing_nights" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "path_key" text collate "C" GENERATED ALWAYS AS (left(replace(path, '/', E'\x01'), 512)) STORED;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "unit_hash" bytea;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "role" text DEFAULT 'book' NOT NULL;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "koreader_md5" text;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "metadata" jsonb;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "has_cover" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "ignored_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "missing_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "library_file" ADD COLUMN "held" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "missing_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "held_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "precedence" text[] DEFAULT '{sidecar,file}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "keep_missing_nights" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "schedule" text;--> statement-breakpoint
ALTER TABLE "library" ADD COLUMN "watch" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "library_folder" ADD COLUMN "trouble" text;--> statement-breakpoint
ALTER TABLE "library_folder" ADD COLUMN "trouble_since" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "library_folder" ADD COLUMN "watch_mode" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "library_folder" ADD COLUMN "file_system" text;--> statement-breakpoint
ALTER TABLE "library_folder" ADD COLUMN "checked_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "reason" text DEFAULT 'asked' NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "folder_id" uuid;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "path" text;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "book_id" uuid;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "confirmed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "cancel_requested" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "runner" uuid;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "moved" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "missing" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "restored" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "held" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "book_missing" ON "book" ("organization_id","library_id","id") WHERE missing_at is not null;--> statement-breakpoint
CREATE INDEX "former_content_organization_id_book_id_index" ON "former_content" ("organization_id","book_id");--> statement-breakpoint
CREATE INDEX "library_file_order" ON "library_file" ("organization_id","folder_id","path_key");--> statement-breakpoint
CREATE INDEX "library_file_unit" ON "library_file" ("organization_id","library_id","unit_hash");--> statement-breakpoint
CREATE INDEX "library_file_missing" ON "library_file" ("organization_id","library_id","id") WHERE missing_at is not null;--> statement-breakpoint
ALTER TABLE "book_edit" ADD CONSTRAINT "book_edit_organization_id_book_id_book_organization_id_id_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "former_content" ADD CONSTRAINT "former_content_bJG0xiNiqGb5_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "former_content" ADD CONSTRAINT "former_content_XwgUEANi6DAT_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "book_night" ON "book" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (missing_at is not null) WITH CHECK (missing_at is not null);--> statement-breakpoint
CREATE POLICY "book_expired" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (missing_at is not null and missing_nights >= (
  select l.keep_missing_nights from library l where l.organization_id = book.organization_id and l.id = book.library_id));--> statement-breakpoint
CREATE POLICY "book_edit_read" ON "book_edit" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id));--> statement-breakpoint
CREATE POLICY "book_edit_insert" ON "book_edit" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (((select app.job_library()) is not null and exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id)) or exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))));--> statement-breakpoint
CREATE POLICY "book_edit_update" ON "book_edit" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (((select app.job_library()) is not null and exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id)) or exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit')))) WITH CHECK (organization_id = (select app.current_organization()) and (((select app.job_library()) is not null and exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id)) or exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))));--> statement-breakpoint
CREATE POLICY "book_edit_delete" ON "book_edit" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (((select app.job_library()) is not null and exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id)) or exists (select from book b where b.organization_id = book_edit.organization_id and b.id = book_edit.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))));--> statement-breakpoint
CREATE POLICY "former_content_read" ON "former_content" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "former_content_insert" ON "former_content" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "former_content_update" ON "former_content" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library())) WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "former_content_delete" ON "former_content" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "library_folder_update" ON "library_folder" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (library_id = (select app.job_library()) or (app.library_may(organization_id, library_id, 'library:update') and library_id in (select id from library)))) WITH CHECK (organization_id = (select app.current_organization()) and (library_id = (select app.job_library()) or (app.library_may(organization_id, library_id, 'library:update') and library_id in (select id from library))));--> statement-breakpoint
CREATE POLICY "library_folder_delete" ON "library_folder" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update') and library_id in (select id from library));--> statement-breakpoint
CREATE POLICY "library_folder_gate" ON "library_folder" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "scan_cancel" ON "scan" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:scan') and library_id in (select id from library)) WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:scan') and library_id in (select id from library));--> statement-breakpoint
ALTER POLICY "library_folder_create" ON "library_folder" TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and ((select app.may('library:create')) or app.library_may(organization_id, library_id, 'library:update')) and library_id in (select id from library));--> statement-breakpoint
ALTER POLICY "scan_tidy" ON "scan" TO "carrel_gate" USING (status in ('done', 'failed', 'cancelled'));