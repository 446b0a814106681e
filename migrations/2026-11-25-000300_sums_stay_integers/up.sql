-- `sum(bigint)` makes a numeric of every group, of which sealing makes millions.
CREATE AGGREGATE exact_sum(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE);
COMMENT ON AGGREGATE exact_sum(bigint) IS 'The sum as a bigint, 0 of no rows. Fails with numeric_value_out_of_range when it is none.';
