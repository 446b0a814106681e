 WHERE t.office_id = $1 AND t.reference = $2
   AND ($3::int IS NULL OR g.party_ids[1] = $3 OR q.agency_party_id = $3)
   AND ($4::int IS NULL OR t.sender_id > $4)
 ORDER BY t.sender_id
 LIMIT $5
