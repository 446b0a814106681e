DROP FUNCTION broken_seals(regclass, integer, integer, integer);
DROP FUNCTION make_sealed(regclass);
DROP FUNCTION key_expression(regclass);
DROP FUNCTION seal_rows();
DROP FUNCTION row_digest(text);
DROP TABLE row_seals;
DROP FUNCTION amounts_sum(bigint[]);
DROP FUNCTION make_append_only(regclass);
DROP FUNCTION refuse_change();
