DROP INDEX "library_file_order";--> statement-breakpoint
CREATE INDEX "library_file_order" ON "library_file" ("organization_id","folder_id","path_key","id");