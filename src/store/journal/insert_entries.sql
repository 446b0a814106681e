INSERT INTO entries (journal_id, line, account_id, amount, side, transaction_kind, component_kind, item_count)
SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[], $5::text[], $6::smallint[], $7::text[], $8::bigint[])
