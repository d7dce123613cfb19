-- The words that records are found by, made by the host; and who has which.
CREATE TABLE record_text (
  number  INTEGER PRIMARY KEY,
  record  TEXT NOT NULL UNIQUE,
  kind    TEXT NOT NULL,
  text    TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE record_words USING fts5 (
  kind, text, content = 'record_text', content_rowid = 'number', tokenize = 'ascii', prefix = '2 3', detail = 'column'
);
CREATE TRIGGER record_text_made AFTER INSERT ON record_text BEGIN
  INSERT INTO record_words (rowid, kind, text) VALUES (new.number, replace(new.kind, '_', ''), new.text);
END;
CREATE TRIGGER record_text_gone AFTER DELETE ON record_text BEGIN
  INSERT INTO record_words (record_words, rowid, kind, text)
    VALUES ('delete', old.number, replace(old.kind, '_', ''), old.text);
END;
CREATE TRIGGER record_text_changed AFTER UPDATE ON record_text BEGIN
  INSERT INTO record_words (record_words, rowid, kind, text)
    VALUES ('delete', old.number, replace(old.kind, '_', ''), old.text);
  INSERT INTO record_words (rowid, kind, text) VALUES (new.number, replace(new.kind, '_', ''), new.text);
END;
