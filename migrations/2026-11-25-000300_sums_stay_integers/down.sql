DROP AGGREGATE exact_sum(bigint);
