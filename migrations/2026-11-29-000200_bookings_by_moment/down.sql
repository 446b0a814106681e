DROP INDEX batches_by_moment;
