-- A vector over about 2 KB would be moved out of line, and each distance would cost a second read.
ALTER TABLE embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
