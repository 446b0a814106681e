INSERT INTO hold_movements (settlement_id, window_id, party_id, deposit_identifier, unit_id, cause, amount)
SELECT $1, $2, m.* FROM unnest($3::integer[], $4::text[], $5::smallint[], $6::text[], $7::bigint[]) AS m
