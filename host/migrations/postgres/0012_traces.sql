-- The span that an event was committed under, as a `traceparent`, where traces are written: who works on the event goes on from it.
ALTER TABLE event ADD COLUMN trace TEXT COLLATE "C";
