-- A user and words in one index. May be created by a database's owner (it is trusted).
CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
CREATE TABLE "cache_flights" (
	"user_id" text NOT NULL,
	"query_hash" varchar(64) NOT NULL,
	"interaction_id" varchar(255) NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cache_flights_user_id_query_hash_pk" PRIMARY KEY("user_id","query_hash")
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"user_id" text NOT NULL,
	"interaction_id" varchar(255) NOT NULL,
	"session_id" varchar(255) NOT NULL,
	"text_hash" varchar(64) NOT NULL,
	"query_hash" varchar(64) NOT NULL,
	"intent" varchar(100),
	"used" jsonb,
	"cache_id" uuid,
	"began_at" timestamp with time zone DEFAULT now() NOT NULL,
	"answered_at" timestamp with time zone,
	CONSTRAINT "interactions_user_id_interaction_id_pk" PRIMARY KEY("user_id","interaction_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"user_id" text NOT NULL,
	"session_id" varchar(255) NOT NULL,
	"messages" integer NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"last_message_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sessions_user_id_session_id_pk" PRIMARY KEY("user_id","session_id")
);
--> statement-breakpoint
INSERT INTO "sessions" ("user_id", "session_id", "messages", "started_at", "last_message_at")
	SELECT "user_id", "session_id", count(*), min("created_at"), max("created_at") FROM "conversations" GROUP BY 1, 2;
--> statement-breakpoint
DROP INDEX "conversations_session_idx";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "embedding_failure" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (strip(case
        when language like 'en%' then to_tsvector('keepsake_english', content)
        when language is not null then to_tsvector('keepsake_simple', content)
        else to_tsvector('keepsake_english', content) || to_tsvector('keepsake_simple', content)
      end || to_tsvector('keepsake_simple', extract(day from created_at at time zone 'UTC')::int::text || ' ' || extract(year from created_at at time zone 'UTC')::int::text || ' ' || (array['january styczeń stycznia styczniu','february luty lutego lutym','march marzec marca marcu','april kwiecień kwietnia kwietniu','may maj maja maju','june czerwiec czerwca czerwcu','july lipiec lipca lipcu','august sierpień sierpnia sierpniu','september wrzesień września wrześniu','october październik października październiku','november listopad listopada listopadzie','december grudzień grudnia grudniu'])[extract(month from created_at at time zone 'UTC')::int] || ' ' || (array['monday poniedziałek poniedziałku','tuesday wtorek wtorku','wednesday środa środę','thursday czwartek czwartku','friday piątek piątku','saturday sobota sobotę','sunday niedziela niedzielę'])[extract(isodow from created_at at time zone 'UTC')::int]))) STORED;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "question_embedding" vector;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "space_id" integer;--> statement-breakpoint
CREATE INDEX "interactions_session_idx" ON "interactions" USING btree ("user_id","session_id");--> statement-breakpoint
CREATE INDEX "sessions_used_idx" ON "sessions" USING btree ("user_id","last_message_at","session_id");--> statement-breakpoint
CREATE INDEX "conversations_search_gin_idx" ON "conversations" USING gin ("user_id","search") WITH (gin_pending_list_limit=256);--> statement-breakpoint
CREATE INDEX "conversations_session_idx" ON "conversations" USING btree ("user_id","session_id","created_at","id");