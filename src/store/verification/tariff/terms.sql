SELECT m.ordinal, m.side, m.name, m.kind, r.code AS role, p.code AS party, m.deposit_identifier, m.refundable
  FROM tariff_terms m
  JOIN roles r ON r.id = m.role_id
  LEFT JOIN parties p ON p.id = m.party_id
 WHERE m.tariff_version_id = $1
 ORDER BY m.ordinal
