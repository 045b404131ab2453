CREATE TABLE "book_distinction" (
	"organization_id" uuid,
	"book_id" uuid,
	"other_id" uuid,
	"library_id" uuid NOT NULL,
	CONSTRAINT "book_distinction_pkey" PRIMARY KEY("organization_id","book_id","other_id"),
	CONSTRAINT "book_distinction_two" CHECK (book_id <> other_id)
);
--> statement-breakpoint
ALTER TABLE "book_distinction" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "book" ADD COLUMN "likeness" text collate "C" GENERATED ALWAYS AS (left(translate(split_part(search_text, E' \x1f ', 1), E' .,:;!?\'"\u2019\u2018\u201c\u201d-\u2010\u2013\u2014_()[]/&\u2026\u30fb\u3000', ''), 200) || E'\x1f' || translate(author_sort, E' .,:;!?\'"\u2019\u2018\u201c\u201d-\u2010\u2013\u2014_()[]/&\u2026\u30fb\u3000', '')) STORED;--> statement-breakpoint
ALTER TABLE "scan" ADD COLUMN "asked_by" text;--> statement-breakpoint
ALTER TABLE "instance" ADD COLUMN "night_counted_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "library" ALTER COLUMN "keep_missing_nights" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "book_likeness" ON "book" ("organization_id","library_id","likeness","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_distinction_organization_id_other_id_index" ON "book_distinction" ("organization_id","other_id");--> statement-breakpoint
CREATE INDEX "book_identifier_isbn" ON "book_identifier" ("organization_id","value","book_id") WHERE scheme = 'isbn';--> statement-breakpoint
CREATE INDEX "library_file_present" ON "library_file" ("organization_id","library_id","sha256") WHERE book_id is not null and role = 'book' and missing_at is null;--> statement-breakpoint
ALTER TABLE "book_distinction" ADD CONSTRAINT "book_distinction_1IWL8YHZCqUc_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book_distinction" ADD CONSTRAINT "book_distinction_WoZfrutlBn6w_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book_distinction" ADD CONSTRAINT "book_distinction_N96rhugPyxKT_fkey" FOREIGN KEY ("organization_id","other_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library" ADD CONSTRAINT "library_keep_missing" CHECK (keep_missing_nights between 0 and 365);--> statement-breakpoint
CREATE POLICY "book_removed" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (missing_at is not null and organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'book:delete'));--> statement-breakpoint
CREATE POLICY "book_let_go" ON "book" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update')) WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update'));--> statement-breakpoint
CREATE POLICY "book_distinction_read" ON "book_distinction" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]) and app.library_may(organization_id, library_id, 'metadata:edit'));--> statement-breakpoint
CREATE POLICY "book_distinction_insert" ON "book_distinction" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]) and app.library_may(organization_id, library_id, 'metadata:edit'));--> statement-breakpoint
CREATE POLICY "book_distinction_delete" ON "book_distinction" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]) and app.library_may(organization_id, library_id, 'metadata:edit'));--> statement-breakpoint
CREATE POLICY "former_content_kept_read" ON "former_content" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update'));--> statement-breakpoint
CREATE POLICY "former_content_kept" ON "former_content" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update'));--> statement-breakpoint
CREATE POLICY "former_content_kept_again" ON "former_content" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update')) WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:update'));--> statement-breakpoint
CREATE POLICY "library_file_ignored" ON "library_file" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (problem is not null and organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:scan')) WITH CHECK (organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, 'library:scan'));--> statement-breakpoint
CREATE POLICY "library_tally" ON "library" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "instance_night_read" ON "instance" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "instance_night" ON "instance" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);