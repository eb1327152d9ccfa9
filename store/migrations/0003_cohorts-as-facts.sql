CREATE TABLE "cohort" (
	"connection" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"synced_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cohort_connection_id_pk" PRIMARY KEY("connection","id")
);
--> statement-breakpoint
CREATE TABLE "cohort_member" (
	"connection" text NOT NULL,
	"cohort" text NOT NULL,
	"member" text NOT NULL,
	"account" text NOT NULL,
	CONSTRAINT "cohort_member_connection_cohort_member_account_pk" PRIMARY KEY("connection","cohort","member","account")
);
--> statement-breakpoint
CREATE TABLE "cohort_page" (
	"connection" text NOT NULL,
	"cohort" text NOT NULL,
	"session" text NOT NULL,
	"page" integer NOT NULL,
	"members" jsonb,
	CONSTRAINT "cohort_page_connection_cohort_session_page_pk" PRIMARY KEY("connection","cohort","session","page")
);
