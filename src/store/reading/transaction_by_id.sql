 WHERE t.batch_id = $1 AND t.line = $2
   AND ($3::int IS NULL OR g.party_ids[1] = $3 OR q.agency_party_id = $3)
