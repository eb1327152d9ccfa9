ALTER TABLE "outreach" DROP CONSTRAINT "outreach_connection_external_id_pk";--> statement-breakpoint
ALTER TABLE "ticket" DROP CONSTRAINT "ticket_connection_external_id_pk";--> statement-breakpoint
ALTER TABLE "outreach" ADD CONSTRAINT "outreach_connection_external_id_account_pk" PRIMARY KEY("connection","external_id","account");--> statement-breakpoint
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_connection_external_id_account_pk" PRIMARY KEY("connection","external_id","account");--> statement-breakpoint
-- What was kept with one account only is read from the others' pictures, which have to be taken in once more for that.
UPDATE "account_link" SET "fingerprint" = NULL
WHERE "connection" IN (SELECT "connection" FROM "ticket" UNION SELECT "connection" FROM "outreach");
