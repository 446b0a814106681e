INSERT INTO accounts (network_id, unit_id, kind, party_id, deposit_identifier, window_id)
SELECT $1, unit_id, kind, nullif(party_id, 0), deposit_identifier, nullif(window_id, 0)
FROM unnest($2::smallint[], $3::text[], $4::integer[], $5::text[], $6::integer[])
     WITH ORDINALITY AS a(unit_id, kind, party_id, deposit_identifier, window_id, place)
ORDER BY place
ON CONFLICT DO NOTHING
