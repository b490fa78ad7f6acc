ALTER TABLE "knowledge" ADD COLUMN "origin" varchar(16) DEFAULT 'user' NOT NULL;--> statement-breakpoint
ALTER TABLE "knowledge" ADD COLUMN "trust" smallint GENERATED ALWAYS AS (case origin when 'user' then 3 when 'import' then 2 when 'tool' then 1 else 0 end) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "knowledge_versions" ADD COLUMN "origin" varchar(16) DEFAULT 'user' NOT NULL;--> statement-breakpoint
ALTER TABLE "training_data" ADD COLUMN "origin" varchar(16) DEFAULT 'user' NOT NULL;