SELECT v.id AS tariff_version_id, v.agency_party_id, v.unit_id, v.service_id,
       m.ordinal, m.side = 'leg' AS is_leg, m.kind, m.role_id, r.code = 'holder' AS is_holders, m.party_id, m.deposit_identifier
  FROM tariff_terms m
  JOIN tariff_versions v ON v.id = m.tariff_version_id
  JOIN roles r ON r.id = m.role_id
 ORDER BY v.id, m.ordinal
