-- The words that records are found by, made by the host.
CREATE TABLE record_text (
  number  BIGINT PRIMARY KEY,
  record  TEXT COLLATE "C" NOT NULL UNIQUE,
  kind    TEXT COLLATE "C" NOT NULL,
  text    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX record_text_words ON record_text USING gin (array_to_tsvector(string_to_array(text, ' ')));
