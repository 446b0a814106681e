-- The bare aggregate over the transactions of window $1: allocation arrays × binding, by party, component kind and holder.
SELECT count(*) AS groups, sum(amount)::bigint AS amount
  FROM (SELECT coalesce(m.party_id, b.party_ids[m.role_id]) AS party_id, m.kind, t.holder, sum(l.amount) AS amount
          FROM transactions t
          JOIN allocations a ON a.id = t.allocation_id
          JOIN bindings b ON b.id = t.binding_id
         CROSS JOIN LATERAL unnest(a.leg_terms, a.leg_amounts) AS l (ordinal, amount)
          JOIN tariff_terms m ON m.tariff_version_id = a.tariff_version_id AND m.ordinal = l.ordinal
         WHERE t.window_id = $1
         GROUP BY 1, 2, 3) AS grouped
