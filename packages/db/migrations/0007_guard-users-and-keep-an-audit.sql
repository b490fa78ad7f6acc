CREATE TABLE "audit_log" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"token_id" text,
	"role" varchar(16) NOT NULL,
	"procedure" text NOT NULL,
	"items" text[] NOT NULL,
	"item_count" integer NOT NULL,
	"details" jsonb,
	"request_id" text,
	CONSTRAINT "audit_log_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"singleton" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"token_key" "bytea" NOT NULL,
	"tokens_version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "installation_singleton_check" CHECK (singleton)
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "allowed_user_ids" text[];--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "erasing_since" timestamp with time zone;--> statement-breakpoint
-- Append-only for whoever comes through Keepsake: rows go by the retention and with their user, in a transaction that
-- says so. It is no wall against the database's owner.
CREATE FUNCTION "keepsake_keep_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND current_setting('keepsake.audit_erasure', true) = 'allowed' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_log_is_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_log"
	FOR EACH STATEMENT EXECUTE FUNCTION "keepsake_keep_audit"();
--> statement-breakpoint
-- Every write of a caller has its row here in its own transaction, so that this is where a write for a user that is being
-- erased is refused. The lock is shared: writers wait for nobody but the one who marks the user, and he for them.
CREATE FUNCTION "keepsake_refuse_while_erasing"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock_shared(541700391, hashtext(NEW.user_id));
	IF EXISTS (SELECT FROM public.users WHERE user_id = NEW.user_id AND erasing_since IS NOT NULL) THEN
		RAISE EXCEPTION 'the user is being erased' USING ERRCODE = 'KS001';
	END IF;
	RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_log_refuses_while_erasing" BEFORE INSERT ON "audit_log"
	FOR EACH ROW EXECUTE FUNCTION "keepsake_refuse_while_erasing"();
--> statement-breakpoint
-- A look-up in the cache counts and is not audited.
CREATE TRIGGER "cache_counters_refuse_while_erasing" BEFORE INSERT ON "cache_counters"
	FOR EACH ROW EXECUTE FUNCTION "keepsake_refuse_while_erasing"();
