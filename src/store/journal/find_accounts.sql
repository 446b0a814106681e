-- Two branches, because the index is not used through IS NOT DISTINCT FROM.
WITH asked AS (
    SELECT * FROM unnest($2::smallint[], $3::text[], $4::integer[], $5::text[], $6::integer[])
         WITH ORDINALITY AS a(unit_id, kind, party_id, deposit_identifier, window_id, place)
)
SELECT k.place, a.id FROM asked k
JOIN accounts a ON a.network_id = $1 AND a.unit_id = k.unit_id AND a.kind = k.kind
     AND a.party_id = k.party_id AND a.deposit_identifier = k.deposit_identifier
WHERE k.party_id <> 0
UNION ALL
SELECT k.place, a.id FROM asked k
JOIN accounts a ON a.network_id = $1 AND a.unit_id = k.unit_id AND a.kind = k.kind
     AND a.party_id IS NULL AND coalesce(a.window_id, 0) = k.window_id
WHERE k.party_id = 0
