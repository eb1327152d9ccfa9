CREATE TABLE "write_back" (
	"connection" text NOT NULL,
	"outcome_id" text NOT NULL,
	"batch" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "write_back_connection_outcome_id_pk" PRIMARY KEY("connection","outcome_id")
);
--> statement-breakpoint
CREATE INDEX "write_back_batch_index" ON "write_back" USING btree ("batch");