CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"segment" text,
	"timezone" text,
	"test" boolean DEFAULT false NOT NULL,
	"owner_id" text,
	"csm_id" text,
	"arr_cents" bigint,
	"renewal_on" date,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_link" (
	"connection" text NOT NULL,
	"external_id" text NOT NULL,
	"account" text,
	"label" text,
	"read_at" timestamp (3) with time zone NOT NULL,
	"wire_read_at" bigint NOT NULL,
	"fingerprint" text,
	CONSTRAINT "account_link_connection_external_id_pk" PRIMARY KEY("connection","external_id")
);
--> statement-breakpoint
CREATE TABLE "account_person" (
	"connection" text NOT NULL,
	"account" text NOT NULL,
	"person" text NOT NULL,
	"roles" text[] NOT NULL,
	"external_id" text,
	"since" timestamp (3) with time zone,
	CONSTRAINT "account_person_account_person_connection_pk" PRIMARY KEY("account","person","connection")
);
--> statement-breakpoint
CREATE TABLE "consent" (
	"person" text NOT NULL,
	"category" text NOT NULL,
	"source" text NOT NULL,
	"opted_out" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consent_person_category_source_pk" PRIMARY KEY("person","category","source")
);
--> statement-breakpoint
CREATE TABLE "person" (
	"key" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"hard_bounced_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "team_member" (
	"connection" text NOT NULL,
	"id" text NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"active" boolean NOT NULL,
	CONSTRAINT "team_member_connection_id_pk" PRIMARY KEY("connection","id")
);
--> statement-breakpoint
CREATE TABLE "catalogue_price" (
	"connection" text NOT NULL,
	"product" text NOT NULL,
	"plan" text NOT NULL,
	"price_id" text NOT NULL,
	"unit_cents" bigint,
	"monthly_cents" bigint,
	"read_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "catalogue_price_connection_product_plan_pk" PRIMARY KEY("connection","product","plan")
);
--> statement-breakpoint
CREATE TABLE "invoice_overdue" (
	"connection" text NOT NULL,
	"id" text NOT NULL,
	"customer_id" text NOT NULL,
	"account" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "invoice_overdue_connection_id_pk" PRIMARY KEY("connection","id")
);
--> statement-breakpoint
CREATE TABLE "subscription" (
	"id" text PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"customer_id" text NOT NULL,
	"item_id" text NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"plan" text,
	"status" text NOT NULL,
	"quantity" integer NOT NULL,
	"mrr_cents" bigint NOT NULL,
	"currency" text NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"contract_limits" jsonb NOT NULL,
	"pending_change" boolean NOT NULL,
	"version" integer NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subscription_history" (
	"subscription_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"snapshot" jsonb NOT NULL,
	CONSTRAINT "subscription_history_subscription_id_at_pk" PRIMARY KEY("subscription_id","at")
);
--> statement-breakpoint
CREATE TABLE "trial_subscription" (
	"id" text PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"customer_id" text NOT NULL,
	"account" text NOT NULL,
	"offer_id" text NOT NULL,
	"product" text NOT NULL,
	"plan" text NOT NULL,
	"status" text NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "effect" (
	"key" text PRIMARY KEY NOT NULL,
	"idempotency_key" text NOT NULL,
	"connection" text NOT NULL,
	"operation" text NOT NULL,
	"account" text NOT NULL,
	"product" text,
	"person" text,
	"play" text,
	"step" text,
	"journey_id" text,
	"trigger_event_id" text,
	"offer_id" text,
	"customer_facing" boolean NOT NULL,
	"touch" boolean NOT NULL,
	"channel" text,
	"category" text,
	"phase" text NOT NULL,
	"payload" "bytea",
	"payload_sha256" text NOT NULL,
	"result" jsonb,
	"reason" text,
	"attempt" integer NOT NULL,
	"wire_deadline_at" bigint,
	"settle_ms" integer NOT NULL,
	"not_before" timestamp (3) with time zone,
	"claimed_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"wire_updated_at" bigint NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "engagement" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"effect_key" text NOT NULL,
	"kind" text NOT NULL,
	"counts" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "link" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"account" text NOT NULL,
	"effect_key" text,
	"person" text,
	"body" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "lock_row" (
	"scope" text NOT NULL,
	"id" text NOT NULL,
	CONSTRAINT "lock_row_scope_id_pk" PRIMARY KEY("scope","id")
);
--> statement-breakpoint
CREATE TABLE "prompt" (
	"key" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"user" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"link_label" text,
	"link_url" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"shown_at" timestamp (3) with time zone,
	"clicked_at" timestamp (3) with time zone,
	"dismissed_at" timestamp (3) with time zone,
	"expired_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "touch" (
	"effect_key" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"person" text NOT NULL,
	"trigger_event_id" text NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"engaged_at" timestamp (3) with time zone,
	"released_reason" text
);
--> statement-breakpoint
CREATE TABLE "journey" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"play" text NOT NULL,
	"lead_event_id" text NOT NULL,
	"state" jsonb NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"config_version" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "journey_event" (
	"trigger_event_id" text PRIMARY KEY NOT NULL,
	"journey_id" text NOT NULL,
	"claim" text NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"object" text NOT NULL,
	"occurred_at" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"wire_received_at" bigint NOT NULL,
	"body" jsonb,
	"state" text NOT NULL,
	"wire_next_at" bigint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"done_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"body" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"wire_next_at" bigint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"wire_sent_at" bigint
);
--> statement-breakpoint
CREATE TABLE "api_token" (
	"hash" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_token_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"door" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "budget" (
	"connection" text NOT NULL,
	"key" text NOT NULL,
	"minute" timestamp (3) with time zone NOT NULL,
	"used" integer NOT NULL,
	CONSTRAINT "budget_connection_key_minute_pk" PRIMARY KEY("connection","key","minute")
);
--> statement-breakpoint
CREATE TABLE "clock" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"epoch" timestamp (3) with time zone NOT NULL,
	"scale" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "config_version" (
	"number" bigserial PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"content" jsonb,
	"applied_at" timestamp (3) with time zone NOT NULL,
	"applied_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connection_pause" (
	"connection" text PRIMARY KEY NOT NULL,
	"wire_until" bigint NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attribution" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"upgrade_id" text NOT NULL,
	"trigger_event_id" text,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"trigger" text,
	"acv_cents" bigint NOT NULL,
	"touches" integer NOT NULL,
	"account_manager" text,
	"reason" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "offer" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"from_plan" text NOT NULL,
	"to_plan" text NOT NULL,
	"trigger_event_id" text,
	"journey_id" text,
	"state" text NOT NULL,
	"reason" text,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trial" (
	"offer_id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"plan" text NOT NULL,
	"state" text NOT NULL,
	"actor" text NOT NULL,
	"door" text NOT NULL,
	"subscription_id" text,
	"granted_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "upgrade" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"subscription_id" text NOT NULL,
	"version" integer NOT NULL,
	"from_plan" text,
	"to_plan" text,
	"from_mrr_cents" bigint NOT NULL,
	"to_mrr_cents" bigint NOT NULL,
	"acv_cents" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"taken_back_at" timestamp (3) with time zone,
	"taken_back_reason" text
);
--> statement-breakpoint
CREATE TABLE "incident" (
	"id" text PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"note" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "outreach" (
	"connection" text NOT NULL,
	"external_id" text NOT NULL,
	"account" text NOT NULL,
	"by" text,
	"channel" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "outreach_connection_external_id_pk" PRIMARY KEY("connection","external_id")
);
--> statement-breakpoint
CREATE TABLE "pause" (
	"scope" text NOT NULL,
	"name" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pause_scope_name_pk" PRIMARY KEY("scope","name")
);
--> statement-breakpoint
CREATE TABLE "ticket" (
	"connection" text NOT NULL,
	"external_id" text NOT NULL,
	"account" text NOT NULL,
	"severe" boolean NOT NULL,
	"open" boolean NOT NULL,
	"subject" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ticket_connection_external_id_pk" PRIMARY KEY("connection","external_id")
);
--> statement-breakpoint
CREATE TABLE "decision" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"dedupe" text,
	"kind" text NOT NULL,
	"account" text NOT NULL,
	"product" text,
	"metric" text,
	"trigger" text,
	"person" text,
	"journey_id" text,
	"trigger_event_id" text,
	"effect_key" text,
	"operation" text,
	"reason" text NOT NULL,
	"detail" text,
	"until" timestamp (3) with time zone,
	"numbers" jsonb,
	"at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "held_batch" (
	"id" text PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"trips" integer NOT NULL,
	"median" double precision NOT NULL,
	"state" text NOT NULL,
	"released_at" timestamp (3) with time zone,
	"released_by" text
);
--> statement-breakpoint
CREATE TABLE "trigger_event" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"metric" text,
	"trigger" text NOT NULL,
	"kind" text NOT NULL,
	"play" text NOT NULL,
	"label" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"used" double precision NOT NULL,
	"limit" double precision,
	"utilization" double precision,
	"forecast" jsonb,
	"evidence" jsonb NOT NULL,
	"mode" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"status_at" timestamp (3) with time zone NOT NULL,
	"released_at" timestamp (3) with time zone,
	"held_batch_id" text
);
--> statement-breakpoint
CREATE TABLE "meter" (
	"account" text NOT NULL,
	"product" text NOT NULL,
	"metric" text NOT NULL,
	"used" double precision NOT NULL,
	"limit" double precision,
	"utilization" double precision,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"denominator" jsonb NOT NULL,
	"observed_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"memory" "bytea" NOT NULL,
	"holding" boolean NOT NULL,
	CONSTRAINT "meter_account_product_metric_pk" PRIMARY KEY("account","product","metric")
);
--> statement-breakpoint
CREATE TABLE "reading" (
	"source" text NOT NULL,
	"account" text NOT NULL,
	"product" text NOT NULL,
	"metric" text NOT NULL,
	"observed_at" timestamp (3) with time zone NOT NULL,
	"revision" integer NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"used" double precision NOT NULL,
	"limit" double precision,
	"limit_told" boolean NOT NULL,
	"period_start" timestamp (3) with time zone,
	"period_end" timestamp (3) with time zone,
	"partial" boolean NOT NULL,
	"source_row_id" text,
	CONSTRAINT "reading_source_account_product_metric_observed_at_revision_pk" PRIMARY KEY("source","account","product","metric","observed_at","revision")
) PARTITION BY RANGE ("observed_at");
--> statement-breakpoint
CREATE TABLE "reading_reject" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"row" jsonb,
	"reason" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sweep" (
	"connection" text PRIMARY KEY NOT NULL,
	"checkpoint" jsonb,
	"lease_owner" text,
	"wire_lease_until" bigint,
	"last_started_at" timestamp (3) with time zone,
	"last_finished_at" timestamp (3) with time zone,
	"wire_last_finished_at" bigint
);
--> statement-breakpoint
CREATE TABLE "sweep_run" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"readings" integer NOT NULL,
	"rejects" integer NOT NULL,
	"trips" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "write_back" (
	"connection" text NOT NULL,
	"outcome_id" text NOT NULL,
	"batch" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "write_back_connection_outcome_id_pk" PRIMARY KEY("connection","outcome_id")
);
--> statement-breakpoint
ALTER TABLE "touch" ADD CONSTRAINT "touch_effect_key_effect_key_fk" FOREIGN KEY ("effect_key") REFERENCES "public"."effect"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journey_event" ADD CONSTRAINT "journey_event_trigger_event_id_trigger_event_id_fk" FOREIGN KEY ("trigger_event_id") REFERENCES "public"."trigger_event"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribution" ADD CONSTRAINT "attribution_upgrade_id_upgrade_id_fk" FOREIGN KEY ("upgrade_id") REFERENCES "public"."upgrade"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial" ADD CONSTRAINT "trial_offer_id_offer_id_fk" FOREIGN KEY ("offer_id") REFERENCES "public"."offer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_link_account_index" ON "account_link" USING btree ("account");--> statement-breakpoint
CREATE INDEX "account_person_person_index" ON "account_person" USING btree ("person");--> statement-breakpoint
CREATE INDEX "account_person_external_id_index" ON "account_person" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "team_member_email_index" ON "team_member" USING btree ("email");--> statement-breakpoint
CREATE INDEX "invoice_overdue_account_index" ON "invoice_overdue" USING btree ("account");--> statement-breakpoint
CREATE INDEX "invoice_overdue_connection_customer_id_index" ON "invoice_overdue" USING btree ("connection","customer_id");--> statement-breakpoint
CREATE INDEX "subscription_account_product_index" ON "subscription" USING btree ("account","product");--> statement-breakpoint
CREATE INDEX "subscription_connection_customer_id_index" ON "subscription" USING btree ("connection","customer_id");--> statement-breakpoint
CREATE INDEX "subscription_history_account_product_at_index" ON "subscription_history" USING btree ("account","product","at");--> statement-breakpoint
CREATE INDEX "trial_subscription_account_product_index" ON "trial_subscription" USING btree ("account","product");--> statement-breakpoint
CREATE INDEX "trial_subscription_connection_customer_id_index" ON "trial_subscription" USING btree ("connection","customer_id");--> statement-breakpoint
CREATE INDEX "effect_phase_wire_updated_at_index" ON "effect" USING btree ("phase","wire_updated_at");--> statement-breakpoint
CREATE INDEX "effect_account_claimed_at_index" ON "effect" USING btree ("account","claimed_at");--> statement-breakpoint
CREATE INDEX "effect_journey_id_index" ON "effect" USING btree ("journey_id");--> statement-breakpoint
CREATE INDEX "effect_trigger_event_id_index" ON "effect" USING btree ("trigger_event_id");--> statement-breakpoint
CREATE INDEX "effect_offer_id_index" ON "effect" USING btree ("offer_id");--> statement-breakpoint
CREATE INDEX "engagement_effect_key_index" ON "engagement" USING btree ("effect_key");--> statement-breakpoint
CREATE INDEX "link_effect_key_index" ON "link" USING btree ("effect_key");--> statement-breakpoint
CREATE INDEX "link_expires_at_index" ON "link" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "prompt_account_user_index" ON "prompt" USING btree ("account","user");--> statement-breakpoint
CREATE INDEX "prompt_expires_at_index" ON "prompt" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "touch_account_at_index" ON "touch" USING btree ("account","at");--> statement-breakpoint
CREATE INDEX "touch_person_at_index" ON "touch" USING btree ("person","at");--> statement-breakpoint
CREATE INDEX "touch_trigger_event_id_index" ON "touch" USING btree ("trigger_event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "journey_one_running" ON "journey" USING btree ("account","product") WHERE "journey"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "journey_status_started_at_index" ON "journey" USING btree ("status","started_at");--> statement-breakpoint
CREATE INDEX "journey_account_started_at_index" ON "journey" USING btree ("account","started_at");--> statement-breakpoint
CREATE INDEX "journey_event_journey_id_claim_index" ON "journey_event" USING btree ("journey_id","claim");--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_source_event_id_index" ON "inbox" USING btree ("source","event_id");--> statement-breakpoint
CREATE INDEX "inbox_unfinished" ON "inbox" USING btree ("source","object","id") WHERE "inbox"."state" <> 'done';--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("wire_next_at","id") WHERE "outbox"."wire_sent_at" is null;--> statement-breakpoint
CREATE INDEX "audit_at_index" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_subject_index" ON "audit" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "attribution_upgrade_id_index" ON "attribution" USING btree ("upgrade_id");--> statement-breakpoint
CREATE INDEX "attribution_trigger_event_id_index" ON "attribution" USING btree ("trigger_event_id");--> statement-breakpoint
CREATE INDEX "offer_account_product_index" ON "offer" USING btree ("account","product");--> statement-breakpoint
CREATE INDEX "offer_state_expires_at_index" ON "offer" USING btree ("state","expires_at");--> statement-breakpoint
CREATE INDEX "offer_trigger_event_id_index" ON "offer" USING btree ("trigger_event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "trial_one_open" ON "trial" USING btree ("account","product") WHERE "trial"."state" in ('granting', 'active');--> statement-breakpoint
CREATE INDEX "trial_state_ends_at_index" ON "trial" USING btree ("state","ends_at");--> statement-breakpoint
CREATE UNIQUE INDEX "upgrade_subscription_id_version_index" ON "upgrade" USING btree ("subscription_id","version");--> statement-breakpoint
CREATE INDEX "upgrade_account_product_at_index" ON "upgrade" USING btree ("account","product","at");--> statement-breakpoint
CREATE INDEX "outreach_account_at_index" ON "outreach" USING btree ("account","at");--> statement-breakpoint
CREATE INDEX "ticket_account_open_index" ON "ticket" USING btree ("account","open");--> statement-breakpoint
CREATE UNIQUE INDEX "decision_dedupe_index" ON "decision" USING btree ("dedupe");--> statement-breakpoint
CREATE INDEX "decision_account_at_index" ON "decision" USING btree ("account","at");--> statement-breakpoint
CREATE INDEX "decision_trigger_event_id_index" ON "decision" USING btree ("trigger_event_id");--> statement-breakpoint
CREATE INDEX "decision_effect_key_index" ON "decision" USING btree ("effect_key");--> statement-breakpoint
CREATE INDEX "decision_kind_reason_index" ON "decision" USING btree ("kind","reason");--> statement-breakpoint
CREATE INDEX "trigger_event_account_product_status_index" ON "trigger_event" USING btree ("account","product","status");--> statement-breakpoint
CREATE INDEX "trigger_event_status_received_at_index" ON "trigger_event" USING btree ("status","received_at");--> statement-breakpoint
CREATE INDEX "trigger_event_held_batch_id_index" ON "trigger_event" USING btree ("held_batch_id");--> statement-breakpoint
CREATE INDEX "trigger_event_released_at_index" ON "trigger_event" USING btree ("released_at");--> statement-breakpoint
CREATE INDEX "reading_account_product_metric_observed_at_index" ON "reading" USING btree ("account","product","metric","observed_at");--> statement-breakpoint
CREATE INDEX "reading_reject_source_at_index" ON "reading_reject" USING btree ("source","at");--> statement-breakpoint
CREATE INDEX "sweep_run_connection_at_index" ON "sweep_run" USING btree ("connection","at");--> statement-breakpoint
CREATE INDEX "write_back_batch_index" ON "write_back" USING btree ("batch");