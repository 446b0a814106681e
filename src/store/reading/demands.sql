-- Demands before the id $4, newest first, at most $5, each with what came in of its chain in the windows after its own up to that of
-- the next approved settlement. $1 network, $2 party, $3 id of the party for which is asked.
SELECT d.id, d.settlement_id, n.code AS network, p.code AS party, d.deposit_identifier, u.code AS unit, d.amount, d.reference, d.due_at,
       w.period_key, next.ordinal IS NOT NULL AS is_succeeded,
       coalesce((SELECT sum(r.amount) FROM remittances r JOIN windows v ON v.id = r.window_id
                  WHERE r.party_id = d.party_id AND r.network_id = s.network_id AND r.deposit_identifier = d.deposit_identifier
                    AND r.unit_id = d.unit_id AND v.ordinal > w.ordinal AND (next.ordinal IS NULL OR v.ordinal <= next.ordinal)),
                0)::bigint AS remitted
  FROM remittance_demands d
  JOIN settlements s ON s.id = d.settlement_id
  JOIN windows w ON w.id = s.window_id
  JOIN networks n ON n.id = s.network_id
  JOIN parties p ON p.id = d.party_id
  JOIN currency_units u ON u.id = d.unit_id
  LEFT JOIN LATERAL (SELECT v.ordinal FROM settlements t JOIN windows v ON v.id = t.window_id
                      WHERE v.network_id = s.network_id AND v.ordinal > w.ordinal AND t.state = 'approved'
                      ORDER BY v.ordinal LIMIT 1) next ON true
 WHERE ($1 IS NULL OR n.code = $1) AND ($2 IS NULL OR p.code = $2) AND ($3 IS NULL OR d.party_id = $3) AND ($4 IS NULL OR d.id < $4)
 ORDER BY d.id DESC
 LIMIT $5
