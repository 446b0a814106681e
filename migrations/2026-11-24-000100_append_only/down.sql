DROP FUNCTION amounts_sum(bigint[]);
DROP FUNCTION make_append_only(regclass);
DROP FUNCTION refuse_change();
