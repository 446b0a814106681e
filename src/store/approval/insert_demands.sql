INSERT INTO remittance_demands (settlement_id, party_id, deposit_identifier, unit_id, amount, reference, due_at)
SELECT $1, d.* FROM unnest($2::integer[], $3::text[], $4::smallint[], $5::bigint[], $6::text[], $7::timestamptz[]) AS d
