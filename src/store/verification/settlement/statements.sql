SELECT s.id, s.number, s.party_id, s.unit_id, s.ordinal, s.language, s.canonical, s.digest, s.previous_digest,
       s.verification_code, s.issued_at, f.starts_at AS covers_from, l.ends_at AS covers_until,
       b.digest AS digest_before, bl.ends_at AS covered_before
  FROM statements s
  JOIN windows f ON f.id = s.first_window_id
  JOIN windows l ON l.id = s.last_window_id
  LEFT JOIN statements b ON b.network_id = s.network_id AND b.party_id = s.party_id AND b.unit_id = s.unit_id
                        AND b.ordinal = s.ordinal - 1
  LEFT JOIN windows bl ON bl.id = b.last_window_id
 WHERE s.settlement_id = $1 AND s.id > $2
 ORDER BY s.id
 LIMIT $3
