SELECT a.id, a.kind, a.tariff_version_id, a.asked_amount, a.quantity, a.activity_leg, f.canonical AS read_facts,
       a.original_id, a.original_ordinal, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts, a.total,
       v.digest AS tariff_digest, v.network_id, v.service_id, v.unit_id
  FROM allocations a
  LEFT JOIN facts f ON f.id = a.read_facts_id
  LEFT JOIN tariff_versions v ON v.id = a.tariff_version_id
