DROP FUNCTION greatest_sealed_key(regclass);
DROP FUNCTION broken_seals_above(regclass, bigint, integer);
DROP FUNCTION broken_seals_since(regclass, bigint, bigint, integer);
DROP FUNCTION broken_seals_between(regclass, bigint, bigint, integer);
DROP FUNCTION broken_seals_of(regclass, text[], integer);
ALTER TABLE verifications DROP COLUMN seals_until;
DROP INDEX journals_of_a_window;
DROP INDEX seals_of_a_key;
DROP INDEX seals_of_a_batch;
