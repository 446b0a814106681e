-- The last statement of each of the parties $2 in network $1, per unit, and the window after those that it covers.
SELECT DISTINCT ON (s.party_id, s.unit_id)
       s.party_id, s.unit_id, s.number, s.ordinal, s.digest, next.id AS next_window_id, next.starts_at AS next_starts_at
  FROM statements s
  JOIN windows covered ON covered.id = s.last_window_id
  JOIN windows next ON next.network_id = covered.network_id AND next.ordinal = covered.ordinal + 1
 WHERE s.network_id = $1 AND s.party_id = ANY ($2)
 ORDER BY s.party_id, s.unit_id, s.ordinal DESC
