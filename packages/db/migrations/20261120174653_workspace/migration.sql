CREATE TABLE "metadata_field" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"kind" text NOT NULL,
	"choices" jsonb DEFAULT '[]' NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "metadata_field_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "metadata_field_name" UNIQUE("organization_id","name_key"),
	CONSTRAINT "metadata_field_kind" UNIQUE("organization_id","id","kind"),
	CONSTRAINT "metadata_field_kinds" CHECK (kind in ('text', 'number', 'date', 'flag', 'choice'))
);
--> statement-breakpoint
ALTER TABLE "metadata_field" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "metadata_value" (
	"organization_id" uuid,
	"book_id" uuid,
	"field_id" uuid,
	"kind" text NOT NULL,
	"text" text,
	"number" double precision,
	"date" date,
	"flag" boolean,
	"choice" uuid,
	CONSTRAINT "metadata_value_pkey" PRIMARY KEY("organization_id","book_id","field_id"),
	CONSTRAINT "metadata_value_one" CHECK (num_nonnulls(text, number, date, flag, choice) = 1 and case kind when 'text' then text is not null
        when 'number' then number > '-Infinity' and number < 'Infinity' when 'date' then date is not null
        when 'flag' then flag is not null else choice is not null end)
);
--> statement-breakpoint
ALTER TABLE "metadata_value" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "metadata_value_organization_id_field_id_choice_index" ON "metadata_value" ("organization_id","field_id","choice");--> statement-breakpoint
ALTER TABLE "metadata_field" ADD CONSTRAINT "metadata_field_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "metadata_value" ADD CONSTRAINT "metadata_value_ZtiNrxemazEX_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "metadata_value" ADD CONSTRAINT "metadata_value_field" FOREIGN KEY ("organization_id","field_id","kind") REFERENCES "metadata_field"("organization_id","id","kind") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "organization_purge" ON "organization" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (deleted_at < now() - interval '7 days');--> statement-breakpoint
CREATE POLICY "book_gate" ON "book" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "book_purge" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "library_file_purge" ON "library_file" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "library_file_ended" ON "library_file" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "person_purge" ON "person" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "person_ended" ON "person" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "publisher_purge" ON "publisher" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "publisher_ended" ON "publisher" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "series_purge" ON "series" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "series_ended" ON "series" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "tag_purge" ON "tag" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "tag_ended" ON "tag" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "invitation_token_tidy" ON "invitation_token" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (exists (select from invitation i where i.organization_id = invitation_token.organization_id and i.id = invitation_token.invitation_id
        and least(i.ended_at, i.expires_at) < now() - interval '90 days'));--> statement-breakpoint
CREATE POLICY "cover_task_purge" ON "cover_task" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "cover_task_ended" ON "cover_task" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "library_purge" ON "library" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));--> statement-breakpoint
CREATE POLICY "scan_gate" ON "scan" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "scan_tidy" ON "scan" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (status in ('done', 'failed'));--> statement-breakpoint
CREATE POLICY "mail_tidy" ON "mail" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (state <> 'queued');--> statement-breakpoint
CREATE POLICY "metadata_field_read" ON "metadata_field" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "metadata_field_insert" ON "metadata_field" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('organization:update')));--> statement-breakpoint
CREATE POLICY "metadata_field_update" ON "metadata_field" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('organization:update'))) WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('organization:update')));--> statement-breakpoint
CREATE POLICY "metadata_field_delete" ON "metadata_field" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('organization:update')));--> statement-breakpoint
CREATE POLICY "metadata_value_read" ON "metadata_value" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = metadata_value.organization_id and b.id = metadata_value.book_id));--> statement-breakpoint
CREATE POLICY "metadata_value_insert" ON "metadata_value" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = metadata_value.organization_id
  and b.id = metadata_value.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit')));--> statement-breakpoint
CREATE POLICY "metadata_value_update" ON "metadata_value" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = metadata_value.organization_id
  and b.id = metadata_value.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))) WITH CHECK (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = metadata_value.organization_id
  and b.id = metadata_value.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit')));--> statement-breakpoint
CREATE POLICY "metadata_value_delete" ON "metadata_value" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = metadata_value.organization_id
  and b.id = metadata_value.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit')));--> statement-breakpoint
CREATE POLICY "metadata_value_gate" ON "metadata_value" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "audit_event_purge" ON "audit_event" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (organization_id in (select id from organization where deleted_at < now() - interval '7 days'));