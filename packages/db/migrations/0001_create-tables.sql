CREATE TABLE "api_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"secret_hash" text NOT NULL,
	"label" text NOT NULL,
	"role" text NOT NULL,
	"bound_user_id" text,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "cache_counters" (
	"user_id" text PRIMARY KEY NOT NULL,
	"hits" bigint DEFAULT 0 NOT NULL,
	"misses" bigint DEFAULT 0 NOT NULL,
	"evictions" bigint DEFAULT 0 NOT NULL,
	"seconds_saved" double precision DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"session_id" varchar(255) NOT NULL,
	"interaction_id" uuid NOT NULL,
	"role" varchar(50) NOT NULL,
	"content" text NOT NULL,
	"language" varchar(10),
	"intent" varchar(100),
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"metadata" jsonb,
	CONSTRAINT "conversations_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "embedding_spaces" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "embedding_spaces_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"model" text NOT NULL,
	"dimensions" integer NOT NULL,
	"recipe" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"activated_at" timestamp with time zone,
	CONSTRAINT "embedding_spaces_description_unique" UNIQUE("model","dimensions","recipe")
);
--> statement-breakpoint
CREATE TABLE "embeddings" (
	"user_id" text NOT NULL,
	"space_id" integer NOT NULL,
	"item_type" varchar(16) NOT NULL,
	"item_id" uuid NOT NULL,
	"piece" smallint DEFAULT 0 NOT NULL,
	"embedding" vector NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "embeddings_user_id_space_id_item_type_item_id_piece_pk" PRIMARY KEY("user_id","space_id","item_type","item_id","piece")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" text NOT NULL,
	"key" varchar(255) NOT NULL,
	"procedure" text NOT NULL,
	"input_hash" varchar(64) NOT NULL,
	"response" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
CREATE TABLE "knowledge" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"content" text NOT NULL,
	"content_hash" varchar(64) NOT NULL,
	"kind" varchar(64) DEFAULT 'fact' NOT NULL,
	"source" varchar(255),
	"source_interaction_id" uuid,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"language" varchar(10),
	"importance" real DEFAULT 0.5 NOT NULL,
	"confidence" real DEFAULT 1 NOT NULL,
	"weight" real DEFAULT 1 NOT NULL,
	"metadata" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"valid_from" timestamp with time zone DEFAULT now() NOT NULL,
	"valid_to" timestamp with time zone,
	"superseded_by" uuid,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"forgotten_at" timestamp with time zone,
	"embedding_failure" text,
	"search" "tsvector" GENERATED ALWAYS AS (case
        when language like 'en%' then to_tsvector('keepsake_english', content)
        when language is not null then to_tsvector('keepsake_simple', content)
        else to_tsvector('keepsake_english', content) || to_tsvector('keepsake_simple', content)
      end) STORED,
	CONSTRAINT "knowledge_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "knowledge_versions" (
	"user_id" text NOT NULL,
	"knowledge_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"content" text NOT NULL,
	"kind" varchar(64) NOT NULL,
	"source" varchar(255),
	"tags" text[] NOT NULL,
	"language" varchar(10),
	"importance" real NOT NULL,
	"confidence" real NOT NULL,
	"metadata" jsonb,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_to" timestamp with time zone,
	"recorded_at" timestamp with time zone NOT NULL,
	"replaced_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "knowledge_versions_user_id_knowledge_id_version_pk" PRIMARY KEY("user_id","knowledge_id","version")
);
--> statement-breakpoint
CREATE TABLE "preferences" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"key" varchar(255) NOT NULL,
	"value" jsonb NOT NULL,
	"category" varchar(100),
	"origin" varchar(16) DEFAULT 'explicit' NOT NULL,
	"confidence" real DEFAULT 1 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "preferences_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "preferences_key_unique" UNIQUE("user_id","key")
);
--> statement-breakpoint
CREATE TABLE "response_cache" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"query_hash" varchar(64) NOT NULL,
	"query_text" text NOT NULL,
	"response" text NOT NULL,
	"language" varchar(10),
	"hit_count" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_hit_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"metadata" jsonb,
	CONSTRAINT "response_cache_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "response_cache_hash_unique" UNIQUE("user_id","query_hash")
);
--> statement-breakpoint
CREATE TABLE "training_data" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"interaction_id" uuid,
	"input_text" text NOT NULL,
	"output_text" text NOT NULL,
	"corrected_text" text,
	"feedback_score" integer,
	"comment" text,
	"interaction_type" varchar(50),
	"language" varchar(10),
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"exported" boolean DEFAULT false NOT NULL,
	"metadata" jsonb,
	CONSTRAINT "training_data_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "training_data_feedback_score_check" CHECK (feedback_score between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "knowledge_versions" ADD CONSTRAINT "knowledge_versions_knowledge_fk" FOREIGN KEY ("user_id","knowledge_id") REFERENCES "public"."knowledge"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_session_idx" ON "conversations" USING btree ("user_id","session_id","id");--> statement-breakpoint
CREATE INDEX "conversations_created_idx" ON "conversations" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "conversations_interaction_idx" ON "conversations" USING btree ("user_id","interaction_id");--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_spaces_one_active_idx" ON "embedding_spaces" USING btree ("state") WHERE state = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "knowledge_content_unique_idx" ON "knowledge" USING btree ("user_id","content_hash") WHERE forgotten_at is null;--> statement-breakpoint
CREATE INDEX "knowledge_forgotten_idx" ON "knowledge" USING btree ("user_id","forgotten_at") WHERE forgotten_at is not null;--> statement-breakpoint
CREATE INDEX "knowledge_search_gin_idx" ON "knowledge" USING gin ("search");--> statement-breakpoint
CREATE INDEX "knowledge_tags_gin_idx" ON "knowledge" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "preferences_category_idx" ON "preferences" USING btree ("user_id","category");--> statement-breakpoint
CREATE INDEX "response_cache_expires_idx" ON "response_cache" USING btree ("user_id","expires_at");--> statement-breakpoint
CREATE INDEX "training_data_feedback_idx" ON "training_data" USING btree ("user_id","feedback_score");--> statement-breakpoint
CREATE INDEX "training_data_exported_idx" ON "training_data" USING btree ("user_id","exported");