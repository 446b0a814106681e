CREATE INDEX batches_by_moment ON batches USING brin (booked_at) WITH (pages_per_range = 32, autosummarize = on);
