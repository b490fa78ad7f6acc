-- Vectors, and full text without diacritics. Both extensions may be created by a database's owner (they are trusted).
CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS unaccent;
--> statement-breakpoint
-- Exact words without diacritics: for every language that PostgreSQL has no stemmer for, Polish above all.
CREATE TEXT SEARCH CONFIGURATION keepsake_simple (COPY = simple);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION keepsake_simple
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
--> statement-breakpoint
CREATE TEXT SEARCH CONFIGURATION keepsake_english (COPY = english);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION keepsake_english
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
