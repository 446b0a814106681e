INSERT INTO journals (network_id, kind, window_id, party_id, cause_id, posted_at, originator_id)
SELECT $1, kind, window_id, party_id, cause_id, $6, $7
FROM unnest($2::text[], $3::integer[], $4::integer[], $5::bigint[])
     WITH ORDINALITY AS j(kind, window_id, party_id, cause_id, place)
ORDER BY place
RETURNING id, kind, party_id, cause_id
