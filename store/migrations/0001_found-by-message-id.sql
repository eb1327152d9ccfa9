CREATE INDEX "effect_idempotency_key_index" ON "effect" USING btree ("idempotency_key");--> statement-breakpoint
CREATE INDEX "effect_message_id" ON "effect" USING btree (("result"->>'messageId'));--> statement-breakpoint
CREATE INDEX "effect_person_claimed_at_index" ON "effect" USING btree ("person","claimed_at");