SELECT t.batch_id * 16384 + t.line AS id, n.code AS network, o.code AS office, v.code AS service,
       s.code AS sender, t.reference, t.kind, t.original_id, t.occurred_at, t.received_at, b.booked_at,
       t.sender_id, t.batch_id, t.line, t.holder, t.amount, t.principal, a.quantity, a.activity_leg, f.canonical AS facts,
       u.code AS unit, a.tariff_version_id, w.period_key AS window_key, w.ordinal AS window_ordinal,
       t.occurred_at < w.starts_at AS earlier
  FROM transactions t
  JOIN batches b ON b.id = t.batch_id
  JOIN windows w ON w.id = t.window_id
  JOIN networks n ON n.id = t.network_id
  JOIN offices o ON o.id = t.office_id
  JOIN services v ON v.id = t.service_id
  JOIN originators s ON s.id = t.sender_id
  JOIN facts f ON f.id = t.facts_id
  JOIN allocations a ON a.id = t.allocation_id
  JOIN tariff_versions q ON q.id = a.tariff_version_id
  JOIN currency_units u ON u.id = q.unit_id
  JOIN bindings g ON g.id = t.binding_id
