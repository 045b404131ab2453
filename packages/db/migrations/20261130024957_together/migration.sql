ALTER TABLE "upload" ADD COLUMN "folder" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "upload" ADD COLUMN "unit_hash" bytea;--> statement-breakpoint
CREATE INDEX "upload_unit" ON "upload" ("organization_id","library_id","unit_hash");--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_unit_hash" CHECK (octet_length(unit_hash) = 16);--> statement-breakpoint
CREATE POLICY "library_file_stray" ON "library_file" AS PERMISSIVE FOR DELETE TO "carrel_gate" USING (role = 'sidecar' and seen_at < now() - interval '24 hours' and library_id in (select id from library where kind = 'managed'));