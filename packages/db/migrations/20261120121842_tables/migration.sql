CREATE TABLE "account" (
	"id" uuid PRIMARY KEY,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp(3) with time zone,
	"refresh_token_expires_at" timestamp(3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "account_provider_id_account_id_unique" UNIQUE("provider_id","account_id")
);
--> statement-breakpoint
ALTER TABLE "account" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text,
	"status" text DEFAULT 'pending' NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"inviter_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "invitation" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "member" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_organization_id_user_id_unique" UNIQUE("organization_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "member" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organization" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"slug" text NOT NULL UNIQUE,
	"logo" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"metadata" text
);
--> statement-breakpoint
ALTER TABLE "organization" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rate_limit" (
	"id" uuid PRIMARY KEY,
	"key" text NOT NULL UNIQUE,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "rate_limit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "session" (
	"id" uuid PRIMARY KEY,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"token" text NOT NULL UNIQUE,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" uuid NOT NULL,
	"active_organization_id" uuid,
	"impersonated_by" uuid
);
--> statement-breakpoint
ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "user" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"email" text NOT NULL UNIQUE,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"role" text DEFAULT 'user' NOT NULL,
	"banned" boolean DEFAULT false NOT NULL,
	"ban_reason" text,
	"ban_expires" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "verification" (
	"id" uuid PRIMARY KEY,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "verification" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "book" (
	"organization_id" uuid,
	"id" uuid,
	"library_id" uuid NOT NULL,
	"title" text NOT NULL,
	"sort_title" text collate "C" NOT NULL,
	"subtitle" text,
	"publisher_id" uuid,
	"published" text,
	"description" text,
	"languages" text[] NOT NULL,
	"layout" text NOT NULL,
	"direction" text,
	"vertical" boolean DEFAULT false NOT NULL,
	"drm" text,
	"authors" text[] NOT NULL,
	"author_sort" text collate "C" NOT NULL,
	"formats" text[] NOT NULL,
	"series_name" text,
	"series_position" text,
	"search_text" text collate "C" NOT NULL,
	"cover_state" text DEFAULT 'pending' NOT NULL,
	"cover_hash" text,
	"cover_thumbhash" text,
	"cover_color" text,
	"cover_aspect" real,
	"added_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	CONSTRAINT "book_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "book" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "book_contributor" (
	"organization_id" uuid,
	"book_id" uuid,
	"position" integer,
	"person_id" uuid NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "book_contributor_pkey" PRIMARY KEY("organization_id","book_id","position")
);
--> statement-breakpoint
ALTER TABLE "book_contributor" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "book_identifier" (
	"organization_id" uuid,
	"book_id" uuid,
	"position" integer,
	"scheme" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "book_identifier_pkey" PRIMARY KEY("organization_id","book_id","position")
);
--> statement-breakpoint
ALTER TABLE "book_identifier" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "book_series" (
	"organization_id" uuid,
	"book_id" uuid,
	"series_id" uuid,
	"position" numeric(12,4),
	CONSTRAINT "book_series_pkey" PRIMARY KEY("organization_id","book_id","series_id")
);
--> statement-breakpoint
ALTER TABLE "book_series" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "book_tag" (
	"organization_id" uuid,
	"book_id" uuid,
	"tag_id" uuid,
	CONSTRAINT "book_tag_pkey" PRIMARY KEY("organization_id","book_id","tag_id")
);
--> statement-breakpoint
ALTER TABLE "book_tag" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "library_file" (
	"organization_id" uuid,
	"id" uuid,
	"library_id" uuid NOT NULL,
	"folder_id" uuid NOT NULL,
	"book_id" uuid,
	"path" text NOT NULL,
	"path_hash" bytea NOT NULL,
	"size" bigint,
	"modified_ms" bigint,
	"sha256" text,
	"format" text,
	"problem" text,
	"problem_detail" text,
	"seen_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "library_file_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "library_file" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "person" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"sort_name" text collate "C" NOT NULL,
	"name_key" text collate "C" NOT NULL,
	CONSTRAINT "person_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "person_organization_id_name_key_unique" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "person" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "publisher" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"sort_name" text collate "C" NOT NULL,
	"name_key" text collate "C" NOT NULL,
	CONSTRAINT "publisher_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "publisher_organization_id_name_key_unique" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "publisher" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "series" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"sort_name" text collate "C" NOT NULL,
	"name_key" text collate "C" NOT NULL,
	CONSTRAINT "series_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "series_organization_id_name_key_unique" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "series" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tag" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"sort_name" text collate "C" NOT NULL,
	"name_key" text collate "C" NOT NULL,
	CONSTRAINT "tag_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "tag_organization_id_name_key_unique" UNIQUE("organization_id","name_key")
);
--> statement-breakpoint
ALTER TABLE "tag" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "cover_task" (
	"organization_id" uuid,
	"book_id" uuid,
	"library_id" uuid NOT NULL,
	"wanted_at" timestamp(3) with time zone,
	CONSTRAINT "cover_task_pkey" PRIMARY KEY("organization_id","book_id")
);
--> statement-breakpoint
ALTER TABLE "cover_task" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "library" (
	"organization_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"visibility" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"last_scanned_at" timestamp(3) with time zone,
	"book_count" integer DEFAULT 0 NOT NULL,
	"problem_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "library_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "library_name_unique" UNIQUE("organization_id","name")
);
--> statement-breakpoint
ALTER TABLE "library" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "library_access" (
	"organization_id" uuid,
	"user_id" uuid,
	"library_id" uuid,
	"level" text NOT NULL,
	CONSTRAINT "library_access_pkey" PRIMARY KEY("organization_id","user_id","library_id")
);
--> statement-breakpoint
ALTER TABLE "library_access" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "library_folder" (
	"organization_id" uuid,
	"id" uuid,
	"library_id" uuid NOT NULL,
	"path" text NOT NULL,
	CONSTRAINT "library_folder_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "library_folder" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "root_assignment" (
	"organization_id" uuid,
	"id" uuid,
	"path" text NOT NULL,
	CONSTRAINT "root_assignment_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "root_assignment_organization_id_path_unique" UNIQUE("organization_id","path")
);
--> statement-breakpoint
ALTER TABLE "root_assignment" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "scan" (
	"organization_id" uuid,
	"id" uuid,
	"library_id" uuid NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"found" integer DEFAULT 0 NOT NULL,
	"walked" boolean DEFAULT false NOT NULL,
	"listed" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"problems" integer DEFAULT 0 NOT NULL,
	"covered" integer DEFAULT 0 NOT NULL,
	"covers_total" integer DEFAULT 0 NOT NULL,
	"milli_rate" bigint DEFAULT 0 NOT NULL,
	"current_folder" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"error" text,
	CONSTRAINT "scan_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "scan" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reading_state" (
	"organization_id" uuid,
	"user_id" uuid,
	"book_id" uuid,
	"status" text NOT NULL,
	"progress" real,
	"locator" jsonb,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "reading_state_pkey" PRIMARY KEY("organization_id","user_id","book_id")
);
--> statement-breakpoint
ALTER TABLE "reading_state" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "instance" (
	"singleton" boolean PRIMARY KEY DEFAULT true,
	"secret_fingerprint" text NOT NULL,
	"operator_id" uuid,
	"setup_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "instance" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "role_permission" (
	"role" text,
	"permission" text,
	CONSTRAINT "role_permission_pkey" PRIMARY KEY("role","permission")
);
--> statement-breakpoint
ALTER TABLE "role_permission" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "account_user_id_index" ON "account" ("user_id");--> statement-breakpoint
CREATE INDEX "invitation_organization_id_index" ON "invitation" ("organization_id");--> statement-breakpoint
CREATE INDEX "invitation_email_index" ON "invitation" ("email");--> statement-breakpoint
CREATE INDEX "member_user_id_index" ON "member" ("user_id");--> statement-breakpoint
CREATE INDEX "session_user_id_index" ON "session" ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier_index" ON "verification" ("identifier");--> statement-breakpoint
CREATE INDEX "book_added" ON "book" ("organization_id","added_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_title" ON "book" ("organization_id","sort_title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_author" ON "book" ("organization_id","author_sort","sort_title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_library_added" ON "book" ("organization_id","library_id","added_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_library_title" ON "book" ("organization_id","library_id","sort_title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_library_author" ON "book" ("organization_id","library_id","author_sort","sort_title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "book_contributor_organization_id_person_id_index" ON "book_contributor" ("organization_id","person_id");--> statement-breakpoint
CREATE INDEX "book_series_organization_id_series_id_position_index" ON "book_series" ("organization_id","series_id","position");--> statement-breakpoint
CREATE INDEX "book_tag_organization_id_tag_id_index" ON "book_tag" ("organization_id","tag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "library_file_path" ON "library_file" ("organization_id","folder_id","path_hash");--> statement-breakpoint
CREATE INDEX "library_file_book" ON "library_file" ("organization_id","book_id");--> statement-breakpoint
CREATE INDEX "library_file_content" ON "library_file" ("organization_id","library_id","sha256") WHERE book_id is not null;--> statement-breakpoint
CREATE INDEX "library_file_problem" ON "library_file" ("organization_id","library_id","id") WHERE problem is not null;--> statement-breakpoint
CREATE INDEX "cover_task_organization_id_library_id_wanted_at_book_id_index" ON "cover_task" ("organization_id","library_id","wanted_at" DESC NULLS LAST,"book_id");--> statement-breakpoint
CREATE INDEX "library_folder_organization_id_library_id_index" ON "library_folder" ("organization_id","library_id");--> statement-breakpoint
CREATE INDEX "scan_organization_id_library_id_created_at_index" ON "scan" ("organization_id","library_id","created_at");--> statement-breakpoint
CREATE INDEX "reading_state_user_id_updated_at_index" ON "reading_state" ("user_id","updated_at");--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_inviter_id_user_id_fkey" FOREIGN KEY ("inviter_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_active_organization_id_organization_id_fkey" FOREIGN KEY ("active_organization_id") REFERENCES "organization"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "book" ADD CONSTRAINT "book_organization_id_library_id_library_organization_id_id_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book" ADD CONSTRAINT "book_kqiXAkvvrKAr_fkey" FOREIGN KEY ("organization_id","publisher_id") REFERENCES "publisher"("organization_id","id");--> statement-breakpoint
ALTER TABLE "book_contributor" ADD CONSTRAINT "book_contributor_RetXHDHnu4eH_fkey" FOREIGN KEY ("organization_id","person_id") REFERENCES "person"("organization_id","id");--> statement-breakpoint
ALTER TABLE "book_contributor" ADD CONSTRAINT "book_contributor_Zy0XRm6gIHj1_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book_identifier" ADD CONSTRAINT "book_identifier_n5fVSTMjIRq7_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book_series" ADD CONSTRAINT "book_series_mCQ7pj2Dd06v_fkey" FOREIGN KEY ("organization_id","series_id") REFERENCES "series"("organization_id","id");--> statement-breakpoint
ALTER TABLE "book_series" ADD CONSTRAINT "book_series_0m7amEu7BHX5_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "book_tag" ADD CONSTRAINT "book_tag_organization_id_tag_id_tag_organization_id_id_fkey" FOREIGN KEY ("organization_id","tag_id") REFERENCES "tag"("organization_id","id");--> statement-breakpoint
ALTER TABLE "book_tag" ADD CONSTRAINT "book_tag_organization_id_book_id_book_organization_id_id_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_file" ADD CONSTRAINT "library_file_pCyYwxCxkcho_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_file" ADD CONSTRAINT "library_file_wsabBZg3i4f6_fkey" FOREIGN KEY ("organization_id","folder_id") REFERENCES "library_folder"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_file" ADD CONSTRAINT "library_file_gqYeR4rPCDRU_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "publisher" ADD CONSTRAINT "publisher_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tag" ADD CONSTRAINT "tag_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "cover_task" ADD CONSTRAINT "cover_task_SPQ7hkx8LdoP_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library" ADD CONSTRAINT "library_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_access" ADD CONSTRAINT "library_access_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_access" ADD CONSTRAINT "library_access_SwIBPyQkwwL2_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "library_folder" ADD CONSTRAINT "library_folder_FR8QEq54IYeO_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "root_assignment" ADD CONSTRAINT "root_assignment_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "scan" ADD CONSTRAINT "scan_organization_id_library_id_library_organization_id_id_fkey" FOREIGN KEY ("organization_id","library_id") REFERENCES "library"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "reading_state" ADD CONSTRAINT "reading_state_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "reading_state" ADD CONSTRAINT "reading_state_4seySIueOMi4_fkey" FOREIGN KEY ("organization_id","book_id") REFERENCES "book"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_operator_id_user_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "user"("id") ON DELETE SET NULL;--> statement-breakpoint
CREATE POLICY "account_auth" ON "account" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "account_gate" ON "account" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "invitation_auth" ON "invitation" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "invitation_gate" ON "invitation" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "member_auth" ON "member" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "member_gate" ON "member" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "member_read" ON "member" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) or user_id = (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "member_create" ON "member" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_auth" ON "organization" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_gate" ON "organization" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "organization_read" ON "organization" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (id = (select app.current_organization()) or (select app.is_operator()) or id in (select organization_id from member where user_id = (select app.current_user_id())));--> statement-breakpoint
CREATE POLICY "organization_create" ON "organization" AS PERMISSIVE FOR INSERT TO "carrel_gate" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "rate_limit_auth" ON "rate_limit" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "session_auth" ON "session" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "session_gate" ON "session" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "session_remember" ON "session" AS PERMISSIVE FOR UPDATE TO "carrel_gate" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "user_auth" ON "user" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "user_gate" ON "user" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "verification_auth" ON "verification" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "verification_gate" ON "verification" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "book_read" ON "book" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "book_insert" ON "book" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "book_update" ON "book" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library())) WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "book_delete" ON "book" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "book_contributor_read" ON "book_contributor" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = book_contributor.organization_id and b.id = book_contributor.book_id));--> statement-breakpoint
CREATE POLICY "book_contributor_insert" ON "book_contributor" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_contributor.organization_id and b.id = book_contributor.book_id));--> statement-breakpoint
CREATE POLICY "book_contributor_update" ON "book_contributor" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_contributor.organization_id and b.id = book_contributor.book_id)) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_contributor.organization_id and b.id = book_contributor.book_id));--> statement-breakpoint
CREATE POLICY "book_contributor_delete" ON "book_contributor" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_contributor.organization_id and b.id = book_contributor.book_id));--> statement-breakpoint
CREATE POLICY "book_identifier_read" ON "book_identifier" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = book_identifier.organization_id and b.id = book_identifier.book_id));--> statement-breakpoint
CREATE POLICY "book_identifier_insert" ON "book_identifier" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_identifier.organization_id and b.id = book_identifier.book_id));--> statement-breakpoint
CREATE POLICY "book_identifier_update" ON "book_identifier" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_identifier.organization_id and b.id = book_identifier.book_id)) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_identifier.organization_id and b.id = book_identifier.book_id));--> statement-breakpoint
CREATE POLICY "book_identifier_delete" ON "book_identifier" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_identifier.organization_id and b.id = book_identifier.book_id));--> statement-breakpoint
CREATE POLICY "book_series_read" ON "book_series" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = book_series.organization_id and b.id = book_series.book_id));--> statement-breakpoint
CREATE POLICY "book_series_insert" ON "book_series" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_series.organization_id and b.id = book_series.book_id));--> statement-breakpoint
CREATE POLICY "book_series_update" ON "book_series" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_series.organization_id and b.id = book_series.book_id)) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_series.organization_id and b.id = book_series.book_id));--> statement-breakpoint
CREATE POLICY "book_series_delete" ON "book_series" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_series.organization_id and b.id = book_series.book_id));--> statement-breakpoint
CREATE POLICY "book_tag_read" ON "book_tag" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = book_tag.organization_id and b.id = book_tag.book_id));--> statement-breakpoint
CREATE POLICY "book_tag_insert" ON "book_tag" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_tag.organization_id and b.id = book_tag.book_id));--> statement-breakpoint
CREATE POLICY "book_tag_update" ON "book_tag" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_tag.organization_id and b.id = book_tag.book_id)) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_tag.organization_id and b.id = book_tag.book_id));--> statement-breakpoint
CREATE POLICY "book_tag_delete" ON "book_tag" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null and exists (select from book b where b.organization_id = book_tag.organization_id and b.id = book_tag.book_id));--> statement-breakpoint
CREATE POLICY "library_file_read" ON "library_file" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "library_file_insert" ON "library_file" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "library_file_update" ON "library_file" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library())) WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "library_file_delete" ON "library_file" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "person_read" ON "person" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "person_insert" ON "person" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "person_update" ON "person" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "person_delete" ON "person" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "publisher_read" ON "publisher" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "publisher_insert" ON "publisher" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "publisher_update" ON "publisher" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "publisher_delete" ON "publisher" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "series_read" ON "series" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "series_insert" ON "series" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "series_update" ON "series" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "series_delete" ON "series" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "tag_read" ON "tag" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()));--> statement-breakpoint
CREATE POLICY "tag_insert" ON "tag" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "tag_update" ON "tag" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null) WITH CHECK (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "tag_delete" ON "tag" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.job_library()) is not null);--> statement-breakpoint
CREATE POLICY "cover_task_read" ON "cover_task" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "cover_task_insert" ON "cover_task" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "cover_task_update" ON "cover_task" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library())) WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "cover_task_delete" ON "cover_task" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "cover_task_want" ON "cover_task" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[])) WITH CHECK (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "library_read" ON "library" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and app.sees_library(organization_id, id, visibility));--> statement-breakpoint
CREATE POLICY "library_create" ON "library" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('library:create')));--> statement-breakpoint
CREATE POLICY "library_update" ON "library" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (((select app.may('library:update')) and app.sees_library(organization_id, id, visibility)) or id = (select app.job_library()))) WITH CHECK (organization_id = (select app.current_organization()) and (((select app.may('library:update')) and app.sees_library(organization_id, id, visibility)) or id = (select app.job_library())));--> statement-breakpoint
CREATE POLICY "library_delete" ON "library" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and (select app.may('library:delete')));--> statement-breakpoint
CREATE POLICY "library_gate" ON "library" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "library_access_read" ON "library_access" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and user_id = (select app.current_user_id()));--> statement-breakpoint
CREATE POLICY "library_access_gate" ON "library_access" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "library_folder_read" ON "library_folder" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id in (select id from library));--> statement-breakpoint
CREATE POLICY "library_folder_create" ON "library_folder" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('library:create')));--> statement-breakpoint
CREATE POLICY "root_assignment_read" ON "root_assignment" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and ((select app.may('library:create')) or (select app.may('book:read')) or (select app.job_library()) is not null));--> statement-breakpoint
CREATE POLICY "root_assignment_operator" ON "root_assignment" AS PERMISSIVE FOR ALL TO "carrel_app" USING ((select app.is_operator())) WITH CHECK ((select app.is_operator()));--> statement-breakpoint
CREATE POLICY "scan_read" ON "scan" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = any ((select app.visible_libraries())::uuid[]));--> statement-breakpoint
CREATE POLICY "scan_insert" ON "scan" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "scan_update" ON "scan" AS PERMISSIVE FOR UPDATE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library())) WITH CHECK (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "scan_delete" ON "scan" AS PERMISSIVE FOR DELETE TO "carrel_app" USING (organization_id = (select app.current_organization()) and library_id = (select app.job_library()));--> statement-breakpoint
CREATE POLICY "scan_create" ON "scan" AS PERMISSIVE FOR INSERT TO "carrel_app" WITH CHECK (organization_id = (select app.current_organization()) and (select app.may('library:scan')) and library_id in (select id from library));--> statement-breakpoint
CREATE POLICY "reading_state_own" ON "reading_state" AS PERMISSIVE FOR ALL TO "carrel_app" USING (user_id = (select app.current_user_id()) and organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = reading_state.organization_id and b.id = reading_state.book_id)) WITH CHECK (user_id = (select app.current_user_id()) and organization_id = (select app.current_organization()) and exists (select from book b where b.organization_id = reading_state.organization_id and b.id = reading_state.book_id));--> statement-breakpoint
CREATE POLICY "instance_auth" ON "instance" AS PERMISSIVE FOR ALL TO "carrel_auth" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "instance_read" ON "instance" AS PERMISSIVE FOR SELECT TO "carrel_app" USING (true);--> statement-breakpoint
CREATE POLICY "role_permission_read" ON "role_permission" AS PERMISSIVE FOR SELECT TO "carrel_app", "carrel_gate" USING (true);