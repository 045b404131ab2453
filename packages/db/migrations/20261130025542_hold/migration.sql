DROP POLICY "scan_hold" ON "scan";--> statement-breakpoint
revoke update (cancel_requested) on scan from carrel_gate;--> statement-breakpoint
drop function app.hold_scans(uuid);
