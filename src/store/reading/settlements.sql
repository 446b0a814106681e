-- Settlements, newest first. $1 network, $2 state, $3 settlement, $4 a party that has a position in it, $5 before this id, $6 rows.
SELECT s.id, n.code AS network, s.window_id, w.ordinal AS window_ordinal, w.period_key, w.starts_at, w.ends_at,
       s.state, s.digest, maker.code AS proposed_by, s.proposed_at, checker.code AS decided_by, s.decided_at, s.reason
  FROM settlements s
  JOIN networks n ON n.id = s.network_id
  JOIN windows w ON w.id = s.window_id
  JOIN originators maker ON maker.id = s.proposed_by
  LEFT JOIN originators checker ON checker.id = s.decided_by
 WHERE ($1::text IS NULL OR n.code = $1)
   AND ($2::text IS NULL OR s.state = $2)
   AND ($3::integer IS NULL OR s.id = $3)
   AND ($4::integer IS NULL OR EXISTS (SELECT FROM positions p WHERE p.settlement_id = s.id AND p.party_id = $4))
   AND ($5::integer IS NULL OR s.id < $5)
 ORDER BY s.id DESC
 LIMIT $6
