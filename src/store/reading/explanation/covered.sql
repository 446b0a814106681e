SELECT s.id, s.party_id, p.code AS party, s.network_id, n.code AS network, u.code AS unit,
       f.ordinal AS first_ordinal, l.ordinal AS last_ordinal
  FROM statements s
  JOIN parties p ON p.id = s.party_id
  JOIN networks n ON n.id = s.network_id
  JOIN currency_units u ON u.id = s.unit_id
  JOIN windows f ON f.id = s.first_window_id
  JOIN windows l ON l.id = s.last_window_id
 WHERE s.number = $1 AND ($2::integer IS NULL OR s.party_id = $2)
