CREATE TABLE "outbox" (
	"organization_id" uuid,
	"event_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"heard_by" text[] DEFAULT '{}'::text[] NOT NULL,
	CONSTRAINT "outbox_pkey" PRIMARY KEY("organization_id","event_id")
);
--> statement-breakpoint
ALTER TABLE "outbox" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "outbox_due_at_index" ON "outbox" ("due_at");--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_dlR1KoH4XDMr_fkey" FOREIGN KEY ("organization_id","event_id") REFERENCES "audit_event"("organization_id","id") ON DELETE CASCADE;--> statement-breakpoint
CREATE POLICY "audit_event_gate" ON "audit_event" AS PERMISSIVE FOR SELECT TO "carrel_gate" USING (true);--> statement-breakpoint
CREATE POLICY "outbox_gate" ON "outbox" AS PERMISSIVE FOR ALL TO "carrel_gate" USING (true) WITH CHECK (true);