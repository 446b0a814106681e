-- The last statement of each of the parties $2 in network $1, per unit, and the window after those that it covers. Each chain is
-- looked up by itself: however many statements there are, one of each is read.
SELECT s.party_id, s.unit_id, s.number, s.ordinal, s.digest, next.id AS next_window_id, next.starts_at AS next_starts_at
  FROM parties y
 CROSS JOIN currency_units u
 CROSS JOIN LATERAL (SELECT o.party_id, o.unit_id, o.number, o.ordinal, o.digest, o.last_window_id
                       FROM statements o
                      WHERE o.network_id = $1 AND o.party_id = y.id AND o.unit_id = u.id
                      ORDER BY o.ordinal DESC LIMIT 1) s
  JOIN windows covered ON covered.id = s.last_window_id
  JOIN windows next ON next.network_id = covered.network_id AND next.ordinal = covered.ordinal + 1
 WHERE y.id = ANY ($2)
 ORDER BY s.party_id, s.unit_id
