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
ALTER TABLE "response_cache" ADD COLUMN "question_embedding" vector;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "space_id" integer;--> statement-breakpoint
CREATE INDEX "interactions_session_idx" ON "interactions" USING btree ("user_id","session_id");