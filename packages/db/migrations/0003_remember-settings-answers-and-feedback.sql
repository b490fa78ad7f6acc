CREATE TABLE "cache_dependencies" (
	"user_id" text NOT NULL,
	"item_type" varchar(16) NOT NULL,
	"item" varchar(255) NOT NULL,
	"cache_id" uuid NOT NULL,
	CONSTRAINT "cache_dependencies_user_id_item_type_item_cache_id_pk" PRIMARY KEY("user_id","item_type","item","cache_id")
);
--> statement-breakpoint
CREATE TABLE "interaction_feedback" (
	"user_id" text NOT NULL,
	"interaction_id" varchar(255) NOT NULL,
	"score" integer NOT NULL,
	"comment" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "interaction_feedback_user_id_interaction_id_pk" PRIMARY KEY("user_id","interaction_id"),
	CONSTRAINT "interaction_feedback_score_check" CHECK (score between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "preference_versions" (
	"user_id" text NOT NULL,
	"key" varchar(255) NOT NULL,
	"version" integer NOT NULL,
	"value" jsonb NOT NULL,
	"category" varchar(100),
	"origin" varchar(16) NOT NULL,
	"confidence" real NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"replaced_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "preference_versions_user_id_key_version_pk" PRIMARY KEY("user_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "training_export_rows" (
	"user_id" text NOT NULL,
	"export_id" uuid NOT NULL,
	"example_id" uuid NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "training_export_rows_user_id_export_id_example_id_pk" PRIMARY KEY("user_id","export_id","example_id")
);
--> statement-breakpoint
CREATE TABLE "training_exports" (
	"user_id" text NOT NULL,
	"id" uuid NOT NULL,
	"format" varchar(32) NOT NULL,
	"options" jsonb NOT NULL,
	"counts" jsonb,
	"bytes" bigint,
	"sha256" varchar(64),
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	"marked_at" timestamp with time zone,
	CONSTRAINT "training_exports_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "interaction_id" SET DATA TYPE varchar(255);--> statement-breakpoint
ALTER TABLE "knowledge" ALTER COLUMN "source_interaction_id" SET DATA TYPE varchar(255);--> statement-breakpoint
ALTER TABLE "training_data" ALTER COLUMN "interaction_id" SET DATA TYPE varchar(255);--> statement-breakpoint
ALTER TABLE "cache_counters" ADD COLUMN "stored" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_counters" ADD COLUMN "invalidations" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_counters" ADD COLUMN "expirations" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "tags" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "generation_ms" integer;--> statement-breakpoint
ALTER TABLE "response_cache" ADD COLUMN "used_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "training_data" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "training_data" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_dependencies" ADD CONSTRAINT "cache_dependencies_response_fk" FOREIGN KEY ("user_id","cache_id") REFERENCES "public"."response_cache"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_export_rows" ADD CONSTRAINT "training_export_rows_export_fk" FOREIGN KEY ("user_id","export_id") REFERENCES "public"."training_exports"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cache_dependencies_response_idx" ON "cache_dependencies" USING btree ("user_id","cache_id");--> statement-breakpoint
CREATE INDEX "response_cache_used_idx" ON "response_cache" USING btree ("user_id","used_at");--> statement-breakpoint
CREATE UNIQUE INDEX "training_data_interaction_unique_idx" ON "training_data" USING btree ("user_id","interaction_id");