CREATE TABLE "permit" (
	"connection" text PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "budget" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "budget" CASCADE;--> statement-breakpoint
CREATE INDEX "effect_claimed_at_index" ON "effect" USING btree ("claimed_at");