-- The data model as the migrations make it, in the form of SQL that is read and compared, never run.
-- Written by scripts/dump-data-model.ts from PostgreSQL's catalogs; the same text on every version that we support.

create extension btree_gin;
create extension unaccent;
create extension vector;

create text search configuration keepsake_english (
  asciihword: english_stem
  asciiword: english_stem
  email: simple
  file: simple
  float: simple
  host: simple
  hword: unaccent, english_stem
  hword_asciipart: english_stem
  hword_numpart: simple
  hword_part: unaccent, english_stem
  int: simple
  numhword: simple
  numword: simple
  sfloat: simple
  uint: simple
  url: simple
  url_path: simple
  version: simple
  word: unaccent, english_stem
);

create text search configuration keepsake_simple (
  asciihword: simple
  asciiword: simple
  email: simple
  file: simple
  float: simple
  host: simple
  hword: unaccent, simple
  hword_asciipart: simple
  hword_numpart: simple
  hword_part: unaccent, simple
  int: simple
  numhword: simple
  numword: simple
  sfloat: simple
  uint: simple
  url: simple
  url_path: simple
  version: simple
  word: unaccent, simple
);

create function keepsake_keep_audit() returns trigger language plpgsql as $$
BEGIN
	IF TG_OP = 'DELETE' AND current_setting('keepsake.audit_erasure', true) = 'allowed' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;

create function keepsake_refuse_while_erasing() returns trigger language plpgsql as $$
BEGIN
	PERFORM pg_advisory_xact_lock_shared(541700391, hashtext(NEW.user_id));
	IF EXISTS (SELECT FROM public.users WHERE user_id = NEW.user_id AND erasing_since IS NOT NULL) THEN
		RAISE EXCEPTION 'the user is being erased' USING ERRCODE = 'KS001';
	END IF;
	RETURN NEW;
END
$$;

create table api_tokens (
  id text not null,
  secret_hash text not null,
  label text not null,
  role text not null,
  bound_user_id text,
  scopes text[] not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  allowed_user_ids text[],
  created_by text,
  constraint api_tokens_pkey PRIMARY KEY (id)
);

create table audit_log (
  user_id text not null,
  id uuid not null,
  at timestamp with time zone not null default now(),
  token_id text,
  role character varying(16) not null,
  procedure text not null,
  items text[] not null,
  item_count integer not null,
  details jsonb,
  request_id text,
  constraint audit_log_user_id_id_pk PRIMARY KEY (user_id, id)
);
CREATE TRIGGER audit_log_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION keepsake_keep_audit();
CREATE TRIGGER audit_log_refuses_while_erasing BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION keepsake_refuse_while_erasing();

create table cache_counters (
  user_id text not null,
  hits bigint not null default 0,
  misses bigint not null default 0,
  evictions bigint not null default 0,
  seconds_saved double precision not null default 0,
  stored bigint not null default 0,
  invalidations bigint not null default 0,
  expirations bigint not null default 0,
  constraint cache_counters_pkey PRIMARY KEY (user_id)
);
CREATE TRIGGER cache_counters_refuse_while_erasing BEFORE INSERT ON public.cache_counters FOR EACH ROW EXECUTE FUNCTION keepsake_refuse_while_erasing();

create table cache_dependencies (
  user_id text not null,
  item_type character varying(16) not null,
  item character varying(255) not null,
  cache_id uuid not null,
  constraint cache_dependencies_user_id_item_type_item_cache_id_pk PRIMARY KEY (user_id, item_type, item, cache_id),
  constraint cache_dependencies_response_fk FOREIGN KEY (user_id, cache_id) REFERENCES response_cache(user_id, id) ON DELETE CASCADE
);
CREATE INDEX cache_dependencies_response_idx ON public.cache_dependencies USING btree (user_id, cache_id);

create table cache_flights (
  user_id text not null,
  query_hash character varying(64) not null,
  interaction_id character varying(255) not null,
  expires_at timestamp with time zone not null,
  constraint cache_flights_user_id_query_hash_pk PRIMARY KEY (user_id, query_hash)
);

create table conversations (
  user_id text not null,
  id uuid not null,
  session_id character varying(255) not null,
  interaction_id character varying(255) not null,
  role character varying(50) not null,
  content text not null,
  language character varying(10),
  intent character varying(100),
  created_at timestamp with time zone not null default now(),
  metadata jsonb,
  embedding_failure text,
  search tsvector generated always as (strip((
CASE
    WHEN ((language)::text ~~ 'en%'::text) THEN to_tsvector('keepsake_english'::regconfig, content)
    WHEN (language IS NOT NULL) THEN to_tsvector('keepsake_simple'::regconfig, content)
    ELSE (to_tsvector('keepsake_english'::regconfig, content) || to_tsvector('keepsake_simple'::regconfig, content))
END || to_tsvector('keepsake_simple'::regconfig, ((((((((EXTRACT(day FROM (created_at AT TIME ZONE 'UTC'::text)))::integer)::text || ' '::text) || ((EXTRACT(year FROM (created_at AT TIME ZONE 'UTC'::text)))::integer)::text) || ' '::text) || (ARRAY['january styczeń stycznia styczniu'::text, 'february luty lutego lutym'::text, 'march marzec marca marcu'::text, 'april kwiecień kwietnia kwietniu'::text, 'may maj maja maju'::text, 'june czerwiec czerwca czerwcu'::text, 'july lipiec lipca lipcu'::text, 'august sierpień sierpnia sierpniu'::text, 'september wrzesień września wrześniu'::text, 'october październik października październiku'::text, 'november listopad listopada listopadzie'::text, 'december grudzień grudnia grudniu'::text])[(EXTRACT(month FROM (created_at AT TIME ZONE 'UTC'::text)))::integer]) || ' '::text) || (ARRAY['monday poniedziałek poniedziałku'::text, 'tuesday wtorek wtorku'::text, 'wednesday środa środę'::text, 'thursday czwartek czwartku'::text, 'friday piątek piątku'::text, 'saturday sobota sobotę'::text, 'sunday niedziela niedzielę'::text])[(EXTRACT(isodow FROM (created_at AT TIME ZONE 'UTC'::text)))::integer]))))) stored,
  constraint conversations_user_id_id_pk PRIMARY KEY (user_id, id)
);
CREATE INDEX conversations_created_idx ON public.conversations USING btree (user_id, created_at);
CREATE INDEX conversations_interaction_idx ON public.conversations USING btree (user_id, interaction_id);
CREATE INDEX conversations_search_gin_idx ON public.conversations USING gin (user_id, search) WITH (gin_pending_list_limit='256');
CREATE INDEX conversations_session_idx ON public.conversations USING btree (user_id, session_id, created_at, id);

create table embedding_spaces (
  id integer not null generated always as identity,
  model text not null,
  dimensions integer not null,
  recipe text not null,
  state text not null,
  created_at timestamp with time zone not null default now(),
  activated_at timestamp with time zone,
  constraint embedding_spaces_pkey PRIMARY KEY (id),
  constraint embedding_spaces_description_unique UNIQUE (model, dimensions, recipe)
);
CREATE UNIQUE INDEX embedding_spaces_one_active_idx ON public.embedding_spaces USING btree (state) WHERE (state = 'active'::text);

create table embeddings (
  user_id text not null,
  space_id integer not null,
  item_type character varying(16) not null,
  item_id uuid not null,
  piece smallint not null default 0,
  embedding vector storage plain not null,
  created_at timestamp with time zone not null default now(),
  constraint embeddings_user_id_space_id_item_type_item_id_piece_pk PRIMARY KEY (user_id, space_id, item_type, item_id, piece)
);

create table idempotency_keys (
  user_id text not null,
  key character varying(255) not null,
  procedure text not null,
  input_hash character varying(64) not null,
  response jsonb,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_user_id_key_pk PRIMARY KEY (user_id, key)
);

create table installation (
  singleton boolean not null default true,
  id uuid not null,
  created_at timestamp with time zone not null default now(),
  token_key bytea not null,
  tokens_version bigint not null default 0,
  constraint installation_pkey PRIMARY KEY (singleton),
  constraint installation_singleton_check CHECK (singleton)
);

create table interaction_feedback (
  user_id text not null,
  interaction_id character varying(255) not null,
  score integer not null,
  comment text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  interaction_type character varying(50),
  example_id uuid,
  constraint interaction_feedback_user_id_interaction_id_pk PRIMARY KEY (user_id, interaction_id),
  constraint interaction_feedback_score_check CHECK (((score >= 1) AND (score <= 5)))
);

create table interactions (
  user_id text not null,
  interaction_id character varying(255) not null,
  session_id character varying(255) not null,
  text_hash character varying(64) not null,
  query_hash character varying(64) not null,
  intent character varying(100),
  used jsonb,
  cache_id uuid,
  began_at timestamp with time zone not null default now(),
  answered_at timestamp with time zone,
  constraint interactions_user_id_interaction_id_pk PRIMARY KEY (user_id, interaction_id)
);
CREATE INDEX interactions_session_idx ON public.interactions USING btree (user_id, session_id);

create table knowledge (
  user_id text not null,
  id uuid not null,
  content text not null,
  content_hash character varying(64) not null,
  kind character varying(64) not null default 'fact'::character varying,
  source character varying(255),
  source_interaction_id character varying(255),
  tags text[] not null default '{}'::text[],
  language character varying(10),
  importance real not null default 0.5,
  confidence real not null default 1,
  weight real not null default 1,
  metadata jsonb,
  version integer not null default 1,
  valid_from timestamp with time zone not null default now(),
  valid_to timestamp with time zone,
  superseded_by uuid,
  recorded_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  forgotten_at timestamp with time zone,
  embedding_failure text,
  search tsvector generated always as (
CASE
    WHEN ((language)::text ~~ 'en%'::text) THEN to_tsvector('keepsake_english'::regconfig, content)
    WHEN (language IS NOT NULL) THEN to_tsvector('keepsake_simple'::regconfig, content)
    ELSE (to_tsvector('keepsake_english'::regconfig, content) || to_tsvector('keepsake_simple'::regconfig, content))
END) stored,
  origin character varying(16) not null default 'user'::character varying,
  trust smallint not null generated always as (
CASE origin
    WHEN 'user'::text THEN 3
    WHEN 'import'::text THEN 2
    WHEN 'tool'::text THEN 1
    ELSE 0
END) stored,
  constraint knowledge_user_id_id_pk PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX knowledge_content_unique_idx ON public.knowledge USING btree (user_id, content_hash) WHERE (forgotten_at IS NULL);
CREATE INDEX knowledge_forgotten_idx ON public.knowledge USING btree (user_id, forgotten_at) WHERE (forgotten_at IS NOT NULL);
CREATE INDEX knowledge_search_gin_idx ON public.knowledge USING gin (search);
CREATE INDEX knowledge_tags_gin_idx ON public.knowledge USING gin (tags);

create table knowledge_versions (
  user_id text not null,
  knowledge_id uuid not null,
  version integer not null,
  content text not null,
  kind character varying(64) not null,
  source character varying(255),
  tags text[] not null,
  language character varying(10),
  importance real not null,
  confidence real not null,
  metadata jsonb,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone,
  recorded_at timestamp with time zone not null,
  replaced_at timestamp with time zone not null default now(),
  origin character varying(16) not null default 'user'::character varying,
  constraint knowledge_versions_user_id_knowledge_id_version_pk PRIMARY KEY (user_id, knowledge_id, version),
  constraint knowledge_versions_knowledge_fk FOREIGN KEY (user_id, knowledge_id) REFERENCES knowledge(user_id, id) ON DELETE CASCADE
);

create table preference_versions (
  user_id text not null,
  key character varying(255) not null,
  version integer not null,
  value jsonb not null,
  category character varying(100),
  origin character varying(16) not null,
  confidence real not null,
  recorded_at timestamp with time zone not null,
  replaced_at timestamp with time zone not null default now(),
  constraint preference_versions_user_id_key_version_pk PRIMARY KEY (user_id, key, version)
);

create table preferences (
  user_id text not null,
  id uuid not null,
  key character varying(255) not null,
  value jsonb not null,
  category character varying(100),
  origin character varying(16) not null default 'explicit'::character varying,
  confidence real not null default 1,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint preferences_user_id_id_pk PRIMARY KEY (user_id, id),
  constraint preferences_key_unique UNIQUE (user_id, key)
);
CREATE INDEX preferences_category_idx ON public.preferences USING btree (user_id, category);

create table response_cache (
  user_id text not null,
  id uuid not null,
  query_hash character varying(64) not null,
  query_text text not null,
  response text not null,
  language character varying(10),
  hit_count integer not null default 0,
  created_at timestamp with time zone not null default now(),
  last_hit_at timestamp with time zone,
  expires_at timestamp with time zone,
  metadata jsonb,
  tags text[] not null default '{}'::text[],
  generation_ms integer,
  used_at timestamp with time zone not null default now(),
  question_embedding vector,
  space_id integer,
  constraint response_cache_user_id_id_pk PRIMARY KEY (user_id, id),
  constraint response_cache_hash_unique UNIQUE (user_id, query_hash)
);
CREATE INDEX response_cache_expires_idx ON public.response_cache USING btree (user_id, expires_at);
CREATE INDEX response_cache_used_idx ON public.response_cache USING btree (user_id, used_at);

create table sessions (
  user_id text not null,
  session_id character varying(255) not null,
  messages integer not null,
  started_at timestamp with time zone not null,
  last_message_at timestamp with time zone not null,
  constraint sessions_user_id_session_id_pk PRIMARY KEY (user_id, session_id)
);
CREATE INDEX sessions_used_idx ON public.sessions USING btree (user_id, last_message_at, session_id);

create table training_data (
  user_id text not null,
  id uuid not null,
  interaction_id character varying(255),
  input_text text not null,
  output_text text not null,
  corrected_text text,
  feedback_score integer,
  comment text,
  interaction_type character varying(50),
  language character varying(10),
  created_at timestamp with time zone not null default now(),
  exported boolean not null default false,
  metadata jsonb,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  origin character varying(16) not null default 'user'::character varying,
  constraint training_data_user_id_id_pk PRIMARY KEY (user_id, id),
  constraint training_data_feedback_score_check CHECK (((feedback_score >= 1) AND (feedback_score <= 5)))
);
CREATE INDEX training_data_exported_idx ON public.training_data USING btree (user_id, exported);
CREATE INDEX training_data_feedback_idx ON public.training_data USING btree (user_id, feedback_score);
CREATE UNIQUE INDEX training_data_interaction_unique_idx ON public.training_data USING btree (user_id, interaction_id);

create table training_export_rows (
  user_id text not null,
  export_id uuid not null,
  example_id uuid not null,
  version integer not null,
  constraint training_export_rows_user_id_export_id_example_id_pk PRIMARY KEY (user_id, export_id, example_id),
  constraint training_export_rows_export_fk FOREIGN KEY (user_id, export_id) REFERENCES training_exports(user_id, id) ON DELETE CASCADE
);

create table training_exports (
  user_id text not null,
  id uuid not null,
  format character varying(32) not null,
  options jsonb not null,
  counts jsonb,
  bytes bigint,
  sha256 character varying(64),
  created_at timestamp with time zone not null default now(),
  completed_at timestamp with time zone,
  marked_at timestamp with time zone,
  constraint training_exports_user_id_id_pk PRIMARY KEY (user_id, id)
);

create table users (
  user_id text not null,
  created_at timestamp with time zone not null default now(),
  erasing_since timestamp with time zone,
  constraint users_pkey PRIMARY KEY (user_id)
);
