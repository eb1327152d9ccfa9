CREATE TABLE "connection_calls" (
	"connection" text NOT NULL,
	"wire_minute" bigint NOT NULL,
	"ok" integer NOT NULL,
	"failed" integer NOT NULL,
	"limited" integer NOT NULL,
	CONSTRAINT "connection_calls_connection_wire_minute_pk" PRIMARY KEY("connection","wire_minute")
);
--> statement-breakpoint
CREATE TABLE "connection_health" (
	"connection" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"detail" text,
	"wire_until" bigint,
	"since" timestamp (3) with time zone NOT NULL,
	"wire_since" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connection_token" (
	"connection" text PRIMARY KEY NOT NULL,
	"sealed" "bytea",
	"generation" integer DEFAULT 0 NOT NULL,
	"wire_expires_at" bigint,
	"lease_owner" text,
	"wire_lease_until" bigint
);
--> statement-breakpoint
CREATE TABLE "connection_transition" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"wire_at" bigint NOT NULL,
	"from_state" text NOT NULL,
	"from_reason" text,
	"wire_from_since" bigint NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"detail" text,
	"told" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "expiry_warning" (
	"connection" text NOT NULL,
	"secret" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"days" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "expiry_warning_connection_secret_expires_at_days_pk" PRIMARY KEY("connection","secret","expires_at","days")
);
--> statement-breakpoint
ALTER TABLE "invoice_overdue" ADD COLUMN "subscription_id" text;--> statement-breakpoint
ALTER TABLE "invoice_overdue" ADD COLUMN "change_issued_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "effect" ADD COLUMN "attempts" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "skipped" text;--> statement-breakpoint
CREATE INDEX "connection_transition_connection_id_index" ON "connection_transition" USING btree ("connection","id");