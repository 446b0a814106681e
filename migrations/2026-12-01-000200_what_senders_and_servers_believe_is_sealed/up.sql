-- What a sender believes of its file, by which version of the rules servers book, and which windows a night need not look at again:
-- whoever edits or deletes it is pointed at.
SELECT keep_for_good(t) FROM unnest(ARRAY['network_rules', 'submissions']::regclass[]) AS t;
SELECT make_sealed_by_row(t), seal_standing_rows(t) FROM unnest(ARRAY['network_rules', 'submissions', 'verifications']::regclass[]) AS t;
SELECT make_sealed('submission_rows'), seal_standing_rows('submission_rows');
