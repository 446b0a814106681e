-- What the parties $3 earned and were paid in each cycle of network $1 from the ordinal $2 on, over all destinations.
SELECT p.party_id, p.unit_id, w.ordinal, sum(p.earned)::bigint AS earned, sum(p.paid)::bigint AS paid
  FROM settlements s
  JOIN windows w ON w.id = s.window_id AND w.ordinal >= $2
  JOIN positions p ON p.settlement_id = s.id AND p.party_id = ANY ($3)
 WHERE s.network_id = $1 AND s.state = 'approved'
 GROUP BY 1, 2, 3
