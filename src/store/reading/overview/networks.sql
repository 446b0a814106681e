-- Every network with what waits to be settled and its last approved settlement. $1 the moment.
SELECT n.id, n.name_fa, n.name_en, n.cycle,
       (SELECT count(*) FROM licences l
         WHERE l.network_id = n.id AND l.valid_from <= $1 AND l.valid_until > $1) AS offices,
       (SELECT count(*) FROM windows w
         WHERE w.network_id = n.id AND w.ends_at <= $1
           AND NOT EXISTS (SELECT FROM settlements s WHERE s.window_id = w.id AND s.state = 'approved')) AS unsettled,
       last.period_key AS settled_period, last.decided_at AS settled_at
  FROM networks n
  LEFT JOIN LATERAL (
       SELECT w.period_key, s.decided_at
         FROM settlements s JOIN windows w ON w.id = s.window_id
        WHERE s.network_id = n.id AND s.state = 'approved'
        ORDER BY w.ordinal DESC LIMIT 1) last ON true
 ORDER BY n.code
